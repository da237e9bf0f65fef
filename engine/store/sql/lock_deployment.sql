-- A queue's deployment, held until the end of the transaction: one change at a time.
--
-- Locks: the deployment's row. Index: a_queue_has_one_deployment.
-- $1 queue
select current_build, ramping_build, ramp_percent, engine.microseconds(changed_at) as changed_at
  from engine.deployments where queue = $1 for update
