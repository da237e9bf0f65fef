-- Signs of life of running attempts, under their fence; tells which are asked to stop, for good or to begin anew. A row
-- is written only where that says something: where a heartbeat is awaited, or details have come.
--
-- Locks: activities (the caller sorts). Index: an_activity_has_one_row.
-- $1 worker, arrays: $2 run, $3 activity, $4 epoch, $5 token, $6 details or null
with held as materialized (
    select a.run_id, a.activity, a.cancel_requested, a.after_attempt, x.epoch, x.token, x.details,
           a.heartbeat is not null or x.details is not null as written
      from unnest($2::uuid[], $3::integer[], $4::integer[], $5::bigint[], $6::text[])
        as x(run_id, activity, epoch, token, details)
      join engine.activities a on a.run_id = x.run_id and a.activity = x.activity
     where a.owner + 0 = $1::integer and a.epoch = x.epoch and a.token = x.token
),
beaten as (
    update engine.activities a
       set heartbeat_due = engine.now() + a.heartbeat,
           heartbeat_details = coalesce(h.details, a.heartbeat_details)
      from held h
     where h.written and a.run_id = h.run_id and a.activity = h.activity
       and a.owner + 0 = $1::integer and a.epoch = h.epoch and a.token = h.token
    returning a.run_id, a.activity, a.cancel_requested, a.after_attempt
)
select run_id, activity, cancel_requested, after_attempt = 'restart' from beaten
union all
select run_id, activity, cancel_requested, after_attempt = 'restart' from held where not written
