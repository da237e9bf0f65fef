-- What a reset or a fork has to know of the run it begins with.
--
-- Locks: nothing. Index: a_run_starts_once.
-- $1 run_id
select chain_id, name_space, workflow_id, tenant, engine.microseconds(engine.now()) as now
  from engine.runs where run_id = $1::uuid
