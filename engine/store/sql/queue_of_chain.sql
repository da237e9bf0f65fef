-- The queue of the open run that a run's chain has come to.
--
-- Locks: nothing. Indexes: a_run_starts_once, a_workflow_id_names_one_run_at_a_time, a_run_is_live_once.
-- $1 run
select l.queue
  from engine.runs r
  join engine.workflow_ids i on i.name_space = r.name_space and i.workflow_id = r.workflow_id
  join engine.live_runs l on l.run_id = i.run_id and l.chain_id = r.chain_id
 where r.run_id = $1::uuid
