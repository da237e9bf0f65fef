-- Gives the activity rows of dead workers back: the attempt is lost, which does not spend the policy. One that was
-- asked to stop waits in no line: it will only be ended.
--
-- Locks: activities, skipping locked rows. Index: activities_owned.
-- $1 dead workers, $2 limit
with lost as materialized (
    select run_id, activity from engine.activities where owner = any ($1::integer[])
     limit $2::integer for update skip locked
)
update engine.activities a
   set owner = null, lost_attempts = a.lost_attempts + 1, available_at = engine.now(),
       attempt_deadline = null, heartbeat_due = null,
       limit_key = case when not a.cancel_requested then a.limit_key end
  from lost
 where a.run_id = lost.run_id and a.activity = lost.activity
returning a.queue
