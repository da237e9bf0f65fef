-- Gives the workflow id of a closed run to a new one and remembers the old one's start request.
--
-- Locks: one row of workflow_ids, held by the caller already. Index: a_workflow_id_names_one_run_at_a_time.
-- $1 name_space, $2 workflow_id, $3 new run, $4 its request_id, $5 its tenant, $6 old run, $7 the old one's request_id
with kept as (
    insert into engine.earlier_starts (name_space, workflow_id, request_id, run_id)
    select $1, $2, $7, $6::uuid where $7 <> ''
    on conflict do nothing
)
update engine.workflow_ids set run_id = $3::uuid, request_id = $4, tenant = $5
 where name_space = $1 and workflow_id = $2
