-- Activity rows whose time has run out or whose workers have died too often, for the sweeper to decide.
--
-- Locks: nothing; what is decided is written under the row's fence. Indexes: activities_time_out;
-- activities_often_lost.
-- $1 limit, $2 lost attempts allowed, $3 queue
(select engine.now(), run_id, activity, owner, epoch, token, attempt, lost_attempts, cancel_requested,
        close_by, case when owner is null then schedule_to_start_by end, attempt_deadline, heartbeat_due,
        task, last_failure, scheduled_at
   from engine.activities
  where least(close_by, attempt_deadline, heartbeat_due, case when owner is null then schedule_to_start_by end)
        <= engine.now()
  order by least(close_by, attempt_deadline, heartbeat_due, case when owner is null then schedule_to_start_by end)
  limit $1::integer)
union all
(select engine.now(), run_id, activity, owner, epoch, token, attempt, lost_attempts, cancel_requested,
        close_by, null, attempt_deadline, heartbeat_due, task, last_failure, scheduled_at
   from engine.activities
  where owner is null and queue = $3 and lost_attempts > 0 and lost_attempts >= $2::integer
    and available_at <= engine.now()
    and (least(close_by, attempt_deadline, heartbeat_due, schedule_to_start_by) > engine.now()
         or least(close_by, attempt_deadline, heartbeat_due, schedule_to_start_by) is null)
  order by available_at
  limit $1::integer)
