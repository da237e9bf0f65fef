-- Takes activity rows that are due, of the types the worker can run; rows asked to stop come too, to be ended.
--
-- Locks: activities, skipping locked rows. Index: activities_claimable. The workflow id comes by a_run_starts_once.
-- $1 worker, $2 token of this claim, $3 queue, $4 types, $5 limit
with due as materialized (
    select run_id, activity from engine.activities
     where owner is null and queue = $3 and available_at <= engine.now() and type = any ($4::text[])
       and (schedule_to_start_by is null or schedule_to_start_by > engine.now())
       and (close_by is null or close_by > engine.now())
     order by available_at, run_id, activity
     limit $5::integer
       for update skip locked
),
claimed as (
    update engine.activities a
       set owner = $1::integer, epoch = a.epoch + 1, token = $2::bigint,
           attempt_deadline = engine.now() + a.start_to_close,
           heartbeat_due = engine.now() + a.heartbeat
      from due
     where a.run_id = due.run_id and a.activity = due.activity
    returning a.*
)
select engine.now(), c.run_id, c.activity, c.epoch, c.attempt, c.lost_attempts, c.cancel_requested, c.scheduled_at,
       c.available_at, c.schedule_to_start_by, c.close_by, c.queue, c.type, c.tenant, c.task, c.last_failure,
       c.heartbeat_details, (select r.workflow_id from engine.runs r where r.run_id = c.run_id)
  from (select 1) as one left join claimed c on true
 order by c.available_at, c.run_id, c.activity
