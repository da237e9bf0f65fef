-- Clears the mark of runs whose code works again.
--
-- Locks: blocked; the live rows are held by the caller's transaction. Index: a_run_is_blocked_once.
-- Array: $1 run
delete from engine.blocked where run_id = any($1::uuid[])
