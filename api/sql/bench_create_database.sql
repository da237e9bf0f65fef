-- A database for one measurement; {0} is its name. Cannot run inside a transaction block. Locks: the template.
create database {0}
