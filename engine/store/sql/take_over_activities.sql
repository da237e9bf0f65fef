-- Gives the activity rows of workers back that are dead, or that have forgotten them: the attempt is lost, which does not spend the policy. A paused one is
-- held. One that was asked to stop waits in no line: it will only be ended. Two losses are an accident, made good at
-- once; one that is lost again waits longer each time, so that neither a fleet that is restarted in a hurry spends an
-- innocent activity's losses nor a poisonous one kills worker after worker. Its time to be started begins anew when it
-- is free.
--
-- Locks: activities, skipping locked rows. Index: activities_owned.
-- $1 workers, $2 limit, $3 milliseconds until what was broken off has settled
with lost as materialized (
    select run_id, activity,
           paused_at is not null and not cancel_requested as held,
           engine.now() + case
               when lost_attempts < 2 or cancel_requested then $3::integer * interval '1 millisecond'
               else least(interval '1 second' * 2 ^ (lost_attempts - 2), interval '1 minute')
           end as free_at
      from engine.activities where owner = any ($1::integer[])
     limit $2::integer for update skip locked
)
update engine.activities a
   set owner = null, lost_attempts = a.lost_attempts + 1,
       available_at = case when lost.held then 'infinity' else lost.free_at end,
       schedule_to_start_by = case
           when not lost.held then lost.free_at + (a.schedule_to_start_by - a.available_at)
       end,
       attempt_deadline = null, heartbeat_due = null, after_attempt = null,
       attempt = case when a.after_attempt = 'restart' then 1 else a.attempt end,
       heartbeat_details = case when a.after_attempt is distinct from 'restart' then a.heartbeat_details end,
       limit_key = case when not a.cancel_requested then a.limit_key end
  from lost
 where a.run_id = lost.run_id and a.activity = lost.activity
returning a.queue
