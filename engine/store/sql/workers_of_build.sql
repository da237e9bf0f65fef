-- How many live workers run a build on a queue.
--
-- Locks: nothing. Index: workers_alive.
-- $1 queue, $2 build
select count(*) from engine.workers
 where queue = $1 and build = $2 and ended_at is null and lease_until > engine.now()
