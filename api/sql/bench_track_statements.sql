-- From the next connection on, what each statement costs is counted in this database, named by the first argument.
-- Locks: the database's settings.
alter database {0} set pg_stat_statements.track = 'all'
