-- A database for one measurement, named by the first argument. Cannot run inside a transaction block. Locks: the template.
create database {0}
