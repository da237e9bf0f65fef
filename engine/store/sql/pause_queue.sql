-- Pauses a queue; no row when it was paused.
--
-- Locks: the queue's row. Index: a_queue_is_decided_once.
-- $1 queue, $2 who, $3 why
insert into engine.queues as q (queue, paused_at, paused_by, pause_reason)
values ($1, engine.now(), $2, $3)
    on conflict (queue) do update
   set paused_at = excluded.paused_at, paused_by = excluded.paused_by, pause_reason = excluded.pause_reason
 where q.paused_at is null
returning 1
