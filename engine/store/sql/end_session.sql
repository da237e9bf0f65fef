-- Makes sure that a session of ours whose answers we no longer read does nothing more. It may be gone already.
--
-- Locks: nothing. Waits at most one second.
-- $1 its label
select pg_terminate_backend(pid, 1000) from pg_stat_activity
 where application_name = $1 and pid <> pg_backend_pid()
