-- Takes a workflow id that nobody has; no row if somebody does.
--
-- Locks: a new row. Index: a_workflow_id_names_one_run_at_a_time.
-- $1 name_space, $2 workflow_id, $3 run, $4 tenant
insert into engine.workflow_ids (name_space, workflow_id, run_id, request_id, tenant)
values ($1, $2, $3::uuid, '', $4)
on conflict do nothing
returning run_id
