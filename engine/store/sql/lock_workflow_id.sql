-- Who has a workflow id, held until the end of the transaction.
--
-- Locks: one row of workflow_ids. Index: a_workflow_id_names_one_run_at_a_time.
-- $1 name_space, $2 workflow_id
select run_id, request_id from engine.workflow_ids where name_space = $1 and workflow_id = $2 for update
