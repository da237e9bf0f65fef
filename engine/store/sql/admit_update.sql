-- Puts an update into the inbox of an open run, and wakes the run as engine.put_message does. An id that the chain has seen
-- inserts nothing, unless its run had ended before it was answered: then it is asked again. Nor does anything happen
-- when too many are under way.
--
-- Locks: the live row (held by the caller already), then the update's row, then the new inbox row. Indexes:
-- an_update_id_is_used_once_in_a_chain, updates_under_way, a_run_is_live_once.
-- $1 run_id, $2 chain_id, $3 update id, $4 name, $5 encoded UpdateAccepted, $6 most that may be under way
with known as materialized (
    select stage, name from engine.updates where chain_id = $2::uuid and update_id = $3
),
under_way as materialized (
    select count(*) as number from engine.updates
     where chain_id = $2::uuid and stage in ('admitted', 'accepted')
),
fresh as (
    insert into engine.updates as u (chain_id, update_id, run_id, name, tenant, stage, admitted_at)
    select $2::uuid, $3, $1::uuid, $4, l.tenant, 'admitted', engine.now()
      from engine.live_runs l, under_way
     where l.run_id = $1::uuid and under_way.number < $6::integer
       and not exists (select from known where stage <> 'aborted' or name <> $4)
    on conflict (chain_id, update_id) do update
       set run_id = excluded.run_id, stage = excluded.stage, admitted_at = excluded.admitted_at,
           decided_at = null, ended_at = null, outcome = null
     where u.stage = 'aborted'
    returning 1
),
counted as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + 1,
           wake_at = case when l.owner is null and l.failures = 0
                          then least(coalesce(l.wake_at, 'infinity'), engine.now()) else l.wake_at end
     where l.run_id = $1::uuid and exists (select from fresh)
    returning l.inbox_tail, l.tenant
),
sent as (
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select $2::uuid, inbox_tail, $1::uuid, tenant, $5::bytea from counted
)
select exists (select from fresh) as admitted, (select name from known) as known_as,
       (select number from under_way) as under_way
