-- Removes a closed run with its history; and, if its workflow id leads to it, the name, and what is kept for its chain.
-- Returns a row if there was such a run.
--
-- Locks: the workflow id (held by the caller already), then cold rows. Indexes: a_run_starts_once, a_run_ends_once,
-- an_activation_is_recorded_once, a_workflow_id_names_one_run_at_a_time, a_message_is_delivered_once, a_key_has_one_value,
-- an_update_id_is_used_once_in_a_chain.
-- $1 run_id
with facts as (
    delete from engine.runs r
     where r.run_id = $1::uuid
       and not exists (select from engine.live_runs l where l.run_id = r.run_id)
    returning r.run_id, r.chain_id, r.name_space, r.workflow_id
),
closed as (
    delete from engine.closed_runs c using facts f where c.run_id = f.run_id
),
forgotten as (
    delete from engine.history h using facts f where h.run_id = f.run_id
),
unnamed as (
    delete from engine.workflow_ids i using facts f
     where i.name_space = f.name_space and i.workflow_id = f.workflow_id and i.run_id = f.run_id
    returning f.chain_id
),
unused as (
    delete from engine.payload_uses p using facts f where p.run_id = f.run_id
),
unattributed as (
    delete from engine.search_attributes a using facts f where a.run_id = f.run_id
),
unrequested as (
    delete from engine.earlier_starts e using facts f
     where e.name_space = f.name_space and e.workflow_id = f.workflow_id and e.run_id = f.run_id
),
unmessaged as (
    delete from engine.message_ids m using unnamed u where m.chain_id = u.chain_id
),
unasked as (
    delete from engine.updates q using unnamed u where q.chain_id = u.chain_id
),
unpublished as (
    delete from engine.published p using unnamed u where p.chain_id = u.chain_id
)
select chain_id, name_space, workflow_id from facts
