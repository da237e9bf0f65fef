-- Migrators come one after another: a lock of the session.
select pg_advisory_lock(hashtextextended('callflex.migrate', 0))
