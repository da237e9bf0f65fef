-- Removes a database and ends its sessions. Braces: its name, made by the program.
--
-- Locks: the database. Index: none.
drop database {} with (force)
