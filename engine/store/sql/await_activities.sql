-- Hands activity rows out, under their fence: the attempt has ended, and whoever has its token completes it. One that an
-- operator has ordered to begin anew does that instead.
--
-- Locks: activities (the caller sorts). Index: an_activity_has_one_row.
-- Arrays: $1 run, $2 activity, $3 owner, $4 epoch, $5 token, $6 heartbeat details
update engine.activities a
   set owner = null, schedule_to_start_by = null, after_attempt = null,
       awaiting = a.after_attempt is distinct from 'restart',
       available_at = case when a.after_attempt = 'restart' and a.paused_at is null then engine.now()
                           else 'infinity' end,
       attempt = case when a.after_attempt = 'restart' then 1 else a.attempt end,
       -- What was handed out may have its effect yet.
       lost_attempts = a.lost_attempts + case when a.after_attempt = 'restart' then 1 else 0 end,
       attempt_deadline = case when a.after_attempt is distinct from 'restart' then a.attempt_deadline end,
       heartbeat_due = case when a.after_attempt is distinct from 'restart' then a.heartbeat_due end,
       heartbeat_details = case when a.after_attempt is distinct from 'restart'
                                then coalesce(x.heartbeat_details, a.heartbeat_details) end
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::text[])
    as x(run_id, activity, owner, epoch, token, heartbeat_details)
 where a.run_id = x.run_id and a.activity = x.activity
   and coalesce(a.owner, 0) = x.owner and a.epoch = x.epoch and a.token = x.token
returning a.run_id, a.activity
