-- The run that a continued run's chain has come to; the run itself if it has not been continued.
--
-- Locks: nothing. Indexes: a_run_starts_once, a_workflow_id_names_one_run_at_a_time.
-- $1 run
select n.run_id
  from engine.runs r
  join engine.workflow_ids i on i.name_space = r.name_space and i.workflow_id = r.workflow_id
  join engine.runs n on n.run_id = i.run_id and n.chain_id = r.chain_id
 where r.run_id = $1::uuid
