-- Lets the next migrator go on.
select pg_advisory_unlock(hashtextextended('callflex.migrate', 0))
