-- The end of a measurement: drops its database, named by the first argument. Locks: the database; its sessions are ended.
drop database if exists {0} with (force)
