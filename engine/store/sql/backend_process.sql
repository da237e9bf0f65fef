-- The process that serves this session: not the one that a pooler speaks of.
--
-- Locks: nothing.
select pg_backend_pid()
