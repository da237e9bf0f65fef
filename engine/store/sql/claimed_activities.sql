-- The activity rows that a claim has taken, for a caller who has not got its answer. Columns as claim_activities.sql.
--
-- Locks: nothing (nobody else may change what this worker owns but a take-over, which its fence will notice).
-- Index: activities_owned.
-- $1 worker, $2 token
select engine.now(), c.run_id, c.activity, c.epoch, c.attempt, c.lost_attempts, c.cancel_requested, c.scheduled_at,
       c.available_at, c.schedule_to_start_by, c.close_by, c.queue, c.type, c.tenant, c.task, c.last_failure,
       c.heartbeat_details, (select r.workflow_id from engine.runs r where r.run_id = c.run_id)
  from engine.activities c
 where c.owner = $1::integer and c.token = $2::bigint
