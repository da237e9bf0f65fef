-- Gives activities rows of their own: they leave the worker that scheduled them. New rows are news for their limits'
-- keys, which declare_limits.sql has made known.
--
-- Locks: new rows; the live rows are held by the caller's transaction. Index: an_activity_has_one_row.
-- Arrays: $1 run, $2 activity, $3 attempt, $4 lost attempts, $5 scheduled at, $6 available at, $7 schedule-to-start by,
-- $8 close by, $9 start-to-close in microseconds, $10 heartbeat in microseconds, $11 queue, $12 type, $13 tenant,
-- $14 task, $15 last failure, $16 heartbeat details, $17 priority, $18 limit key or null
with told as (
    insert into engine.limit_news (limit_key)
    select distinct limit_key from unnest($18::text[]) as x(limit_key) where limit_key is not null
)
insert into engine.activities
       (run_id, activity, attempt, lost_attempts, scheduled_at, available_at, schedule_to_start_by, close_by,
        start_to_close, heartbeat, queue, type, tenant, task, last_failure, heartbeat_details,
        priority, limit_key)
select run_id, activity, attempt, lost_attempts, scheduled_at, available_at, schedule_to_start_by, close_by,
       start_to_close * interval '1 microsecond', heartbeat * interval '1 microsecond',
       queue, type, tenant, task, last_failure, heartbeat_details, priority, limit_key
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::timestamptz[], $6::timestamptz[],
              $7::timestamptz[], $8::timestamptz[], $9::bigint[], $10::bigint[], $11::text[], $12::text[],
              $13::text[], $14::bytea[], $15::bytea[], $16::text[], $17::integer[], $18::text[])
    as x(run_id, activity, attempt, lost_attempts, scheduled_at, available_at, schedule_to_start_by, close_by,
         start_to_close, heartbeat, queue, type, tenant, task, last_failure, heartbeat_details, priority, limit_key)
on conflict (run_id, activity) do nothing
