-- The run that a workflow id names: the open one, else the newest closed one.
--
-- Locks: nothing. Index: a_workflow_id_names_one_run_at_a_time.
-- $1 name_space, $2 workflow_id
select run_id from engine.workflow_ids where name_space = $1 and workflow_id = $2
