-- Forgets what statements have cost until now. Locks: none.
select pg_stat_statements_reset()
