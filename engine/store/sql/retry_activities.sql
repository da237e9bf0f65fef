-- Lets activity rows be tried again, under their fence: by the policy, unless an operator has ordered otherwise while the
-- attempt ran. A paused one is held. One that was asked to stop waits in no line: it will only be ended.
--
-- Locks: activities (the caller sorts). Index: an_activity_has_one_row.
-- Arrays: $1 run, $2 activity, $3 owner or null, $4 epoch, $5 token, $6 attempt, $7 lost attempts, $8 available at,
-- $9 schedule-to-start by, $10 last failure, $11 heartbeat details
update engine.activities a
   set owner = null, attempt_deadline = null, heartbeat_due = null,
       awaiting = false, after_attempt = null,
       attempt = case when a.after_attempt = 'restart' then 1 else x.attempt end, lost_attempts = x.lost_attempts,
       available_at = case when a.cancel_requested then engine.now()
                           when a.paused_at is not null then 'infinity'
                           when a.after_attempt is not null then engine.now()
                           else x.available_at end,
       limit_key = case when not a.cancel_requested then a.limit_key end,
       schedule_to_start_by = case when a.paused_at is null and a.after_attempt is null
                                   then x.schedule_to_start_by end,
       last_failure = x.last_failure,
       heartbeat_details = case when a.after_attempt is distinct from 'restart'
                                then coalesce(x.heartbeat_details, a.heartbeat_details) end
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::integer[], $7::integer[],
              $8::timestamptz[], $9::timestamptz[], $10::bytea[], $11::text[])
    as x(run_id, activity, owner, epoch, token, attempt, lost_attempts, available_at, schedule_to_start_by,
         last_failure, heartbeat_details)
 where a.run_id = x.run_id and a.activity = x.activity
   and a.owner is not distinct from x.owner and a.epoch = x.epoch and a.token = x.token
returning a.run_id, a.activity
