-- Removes closed runs with all that is kept for them, and with the last run of a chain what is kept for the chain. Their
-- workflow ids stay, so that a late repetition of their start is still recognised; these go by forget_workflow_ids.sql.
--
-- Locks: the rows, which nobody changes any more. Indexes: a_run_starts_once, a_run_ends_once,
-- an_activation_is_recorded_once, a_message_is_delivered_once, a_key_has_one_value, an_update_id_is_used_once_in_a_chain,
-- an_attribute_has_one_value, a_run_uses_a_payload_once.
-- $1 run[]
with facts as (
    delete from engine.runs r
     where r.run_id = any($1::uuid[])
       and r.chain_id not in (select chain_id from engine.live_runs)
    returning r.run_id, r.chain_id
), ended as (
    delete from engine.closed_runs c using facts f where c.run_id = f.run_id
    returning c.run_id, f.chain_id, c.status
), forgotten as (
    delete from engine.history h where h.run_id in (select run_id from facts)
), unused as (
    delete from engine.payload_uses u where u.run_id in (select run_id from facts)
), unattributed as (
    delete from engine.search_attributes a where a.run_id in (select run_id from facts)
), chains as (
    select distinct chain_id from ended where status <> 'continued_as_new'
), unmessaged as (
    delete from engine.message_ids m where m.chain_id in (select chain_id from chains)
), unasked as (
    delete from engine.updates q where q.chain_id in (select chain_id from chains)
), unpublished as (
    delete from engine.published p where p.chain_id in (select chain_id from chains)
)
select count(*) from facts
