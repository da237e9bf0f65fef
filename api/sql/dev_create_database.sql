-- The development database. Cannot run inside a transaction block.
-- Locks: the template.
create database callflex
