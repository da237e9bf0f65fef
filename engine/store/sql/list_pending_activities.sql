-- Activities that have a row, those that have waited longest first.
--
-- Locks: nothing. Reads every activity row; runs by a_run_starts_once.
-- $1 namespace, $2 type, $3 queue, $4 state, $5 beginning of the workflow id, $6 tenant, each or null; $7 limit; $8 run or
-- null
select a.run_id, a.activity, r.workflow_id, a.type, a.queue, a.tenant, s.state, a.attempt, a.lost_attempts, a.priority,
       a.limit_key, a.cancel_requested, w.name as worker, a.paused_by, a.pause_reason,
       engine.microseconds(a.paused_at) as paused_at, engine.microseconds(a.scheduled_at) as scheduled_at,
       case when a.available_at < 'infinity' then engine.microseconds(a.available_at) end as available_at,
       engine.microseconds(least(a.close_by, a.attempt_deadline, a.heartbeat_due,
                                 case when a.owner is null then a.schedule_to_start_by end)) as times_out_at,
       a.task, a.last_failure, a.heartbeat_details, engine.microseconds(engine.now()) as now
  from engine.activities a
  join engine.runs r on r.run_id = a.run_id
  left join engine.workers w on w.worker_no = a.owner
 cross join lateral (
       select case when a.owner is not null then 'running'
                   when a.awaiting then 'awaiting'
                   when a.paused_at is not null then 'paused'
                   when a.attempt + a.lost_attempts > 1 then 'retrying'
                   else 'waiting' end as state) s
 where ($1::text is null or r.name_space = $1)
   and ($2::text is null or a.type = $2)
   and ($3::text is null or a.queue = $3)
   and ($4::text is null or s.state = $4)
   and ($5::text is null or starts_with(r.workflow_id, $5))
   and ($6::text is null or a.tenant = $6)
   and ($8::uuid is null or a.run_id = $8)
 order by a.scheduled_at, a.run_id, a.activity
 limit $7::integer
