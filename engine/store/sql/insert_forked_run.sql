-- Makes a run that begins with a copy of another one's history; claimable at once. Its worker gives rows to the
-- activities that were pending at the point (adopt).
--
-- Locks: new rows. Indexes: a_run_starts_once, an_activation_is_recorded_once.
-- $1 run, $2 chain, $3 base, $4 last event copied, $5 workflow id, $6 activation 0, $7 messages in its inbox,
-- $8 cancel requested, $9 priority or null, $10 fairness weight or null, $11 fairness key or null
with facts as (
    insert into engine.runs
           (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue, request_id, parent_run,
            base_run, forked_after)
    select $1::uuid, $2::uuid, engine.now(), name_space, $5, type, tenant, queue, '',
           case when chain_id = $2::uuid then parent_run end, run_id, $4::integer
      from engine.runs where run_id = $3::uuid
    returning queue, tenant
),
-- As the base has them now: what the code sets after the point it sets again.
attributed as (
    insert into engine.search_attributes
           (run_id, key, place, text_value, integer_value, number_value, time_value, boolean_value, tenant)
    select $1::uuid, key, place, text_value, integer_value, number_value, time_value, boolean_value, tenant
      from engine.search_attributes where run_id = $3::uuid
),
-- What the copied history refers to.
used as (
    insert into engine.payload_uses (run_id, digest)
    select $1::uuid, digest from engine.payload_uses where run_id = $3::uuid
    on conflict do nothing
),
copied as (
    insert into engine.history (run_id, first_event, events, activation)
    select $1::uuid, first_event, events, case when first_event = 1 then $6::bytea else activation end
      from engine.history
     where run_id = $3::uuid and first_event + events - 1 <= $4::integer
    returning first_event
)
insert into engine.live_runs
       (run_id, chain_id, wake_at, inbox_head, inbox_tail, activations, next_event, adopt, has_children,
        cancel_requested, queue, tenant, priority, fairness_weight, fairness_key, holds_units)
select $1::uuid, $2::uuid, engine.now(), 0, $7::bigint, (select count(*) from copied), $4::integer + 1, true,
       exists (select from engine.children k where k.parent_chain = $2::uuid),
       $8::boolean, queue, tenant, coalesce($9::smallint, 3), coalesce($10::real, 1), $11::text,
       exists (select from engine.semaphore_requests u where u.run_id = $1::uuid)
  from facts
