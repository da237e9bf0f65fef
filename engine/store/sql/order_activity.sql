-- Leaves an order for an activity that has no row: it is applied when the activity gets one. Orders add up.
--
-- Locks: its row; the live row is held by the caller. Index: an_activity_has_one_order.
-- $1 run, $2 activity, $3 'pause', 'unpause', 'restart', 'restart paused' or 'change', $4 who, $5 why,
-- $6 encoded ActivityScheduled or null, $7 queue, $8 priority, $9 start-to-close, $10 heartbeat, $11 close by (microseconds or null)
insert into engine.activity_orders as o
       (run_id, activity, restart, paused_at, paused_by, pause_reason, task, queue, priority, start_to_close, heartbeat,
        close_by)
values ($1::uuid, $2::integer, $3 in ('restart', 'restart paused'), case when $3 = 'pause' then engine.now() end,
        case when $3 = 'pause' then $4::text end, case when $3 = 'pause' then $5::text end, $6::bytea, $7::text,
        $8::smallint, $9::bigint * interval '1 microsecond', $10::bigint * interval '1 microsecond',
        engine.moment($11::bigint))
    on conflict (run_id, activity) do update
   set restart = o.restart or excluded.restart,
       paused_at = case when $3 in ('unpause', 'restart') then null else coalesce(excluded.paused_at, o.paused_at) end,
       paused_by = case when $3 in ('unpause', 'restart') then null else coalesce(excluded.paused_by, o.paused_by) end,
       pause_reason = case when $3 in ('unpause', 'restart') then null
                           else coalesce(excluded.pause_reason, o.pause_reason) end,
       task = coalesce(excluded.task, o.task), queue = coalesce(excluded.queue, o.queue),
       priority = coalesce(excluded.priority, o.priority),
       start_to_close = case when excluded.task is null then o.start_to_close else excluded.start_to_close end,
       heartbeat = case when excluded.task is null then o.heartbeat else excluded.heartbeat end,
       close_by = case when excluded.task is null and not excluded.restart then o.close_by else excluded.close_by end
