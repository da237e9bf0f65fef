-- Who has paused a queue, and why; no row when it is not paused.
--
-- Locks: nothing. Index: a_queue_is_decided_once.
-- $1 queue
select engine.microseconds(paused_at), paused_by, pause_reason from engine.queues
 where queue = $1 and paused_at is not null
