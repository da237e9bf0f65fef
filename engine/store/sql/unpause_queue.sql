-- Ends the pause of a queue; no row when it was not paused.
--
-- Locks: the queue's row. Index: a_queue_is_decided_once.
-- $1 queue
update engine.queues set paused_at = null, paused_by = null, pause_reason = null
 where queue = $1 and paused_at is not null
returning 1
