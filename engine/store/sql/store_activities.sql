-- Gives activities rows of their own: they leave the worker that scheduled them. New rows are news for their limits'
-- keys, which declare_limits.sql has made known.
--
-- What operators have ordered for them while they had none is applied, and gone.
--
-- Locks: new rows, orders; the live rows are held by the caller's transaction. Indexes: an_activity_has_one_row,
-- an_activity_has_one_order.
-- Arrays: $1 run, $2 activity, $3 attempt, $4 lost attempts, $5 scheduled at, $6 available at, $7 schedule-to-start by,
-- $8 close by, $9 start-to-close in microseconds, $10 heartbeat in microseconds, $11 queue, $12 type, $13 tenant,
-- $14 task, $15 last failure, $16 heartbeat details, $17 priority, $18 limit key or null
with told as (
    insert into engine.limit_news (limit_key)
    select distinct limit_key from unnest($18::text[]) as x(limit_key) where limit_key is not null
),
applied as (
    delete from engine.activity_orders o
     using unnest($1::uuid[], $2::integer[]) as x(run_id, activity)
     where o.run_id = x.run_id and o.activity = x.activity
    returning o.*
),
lined as (
    insert into engine.limit_lines (limit_key, queue, type, next_at)
    select x.limit_key, o.queue, x.type, engine.now()
      from applied o
      join unnest($1::uuid[], $2::integer[], $12::text[], $18::text[]) as x(run_id, activity, type, limit_key)
        on x.run_id = o.run_id and x.activity = o.activity
     where o.queue is not null and x.limit_key is not null
        on conflict (limit_key, queue, type) do nothing
)
insert into engine.activities
       (run_id, activity, attempt, lost_attempts, scheduled_at, available_at, schedule_to_start_by, close_by,
        start_to_close, heartbeat, queue, type, tenant, task, last_failure, heartbeat_details,
        priority, limit_key, paused_at, paused_by, pause_reason)
select x.run_id, x.activity, case when o.restart then 1 else x.attempt end, x.lost_attempts, x.scheduled_at,
       case when o.paused_at is not null then 'infinity'
            when o.restart or o.task is not null then x.scheduled_at
            else x.available_at end,
       case when o.paused_at is null and o.restart is not true and o.task is null then x.schedule_to_start_by end,
       case when o.task is null and o.restart is not true then x.close_by else o.close_by end,
       case when o.task is null then x.start_to_close * interval '1 microsecond' else o.start_to_close end,
       case when o.task is null then x.heartbeat * interval '1 microsecond' else o.heartbeat end,
       coalesce(o.queue, x.queue), x.type, x.tenant, coalesce(o.task, x.task), x.last_failure,
       case when o.restart is not true then x.heartbeat_details end, coalesce(o.priority, x.priority), x.limit_key,
       o.paused_at, o.paused_by, o.pause_reason
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::timestamptz[], $6::timestamptz[],
              $7::timestamptz[], $8::timestamptz[], $9::bigint[], $10::bigint[], $11::text[], $12::text[],
              $13::text[], $14::bytea[], $15::bytea[], $16::text[], $17::integer[], $18::text[])
    as x(run_id, activity, attempt, lost_attempts, scheduled_at, available_at, schedule_to_start_by, close_by,
         start_to_close, heartbeat, queue, type, tenant, task, last_failure, heartbeat_details, priority, limit_key)
  left join applied o on o.run_id = x.run_id and o.activity = x.activity
    on conflict (run_id, activity) do nothing
