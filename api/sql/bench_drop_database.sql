-- The end of a measurement; {0} is the database's name. Locks: the database; its sessions are ended.
drop database if exists {0} with (force)
