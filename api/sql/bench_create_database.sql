-- A database for one measurement, named by the first argument, as a copy of the one named by the second. Cannot run inside
-- a transaction block. Locks: the template.
create database {0} template {1}
