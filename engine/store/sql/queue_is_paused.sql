-- Whether an operator has paused a queue.
--
-- Locks: nothing. Index: a_queue_is_decided_once.
-- $1 queue
select exists (select from engine.queues where queue = $1 and paused_at is not null)
