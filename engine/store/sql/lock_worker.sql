-- The session lock that says "this worker's process lives". Class 726571 is ours.
--
-- Locks: an advisory lock, without waiting.
-- $1 worker
select pg_try_advisory_lock(726571, $1::integer)
