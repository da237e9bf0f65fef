-- Puts a message into the inbox of an open run, and wakes the run unless it is owned (its worker looks) or blocked
-- (it must not be retried ahead of its time). A request id that the chain has seen inserts nothing.
--
-- Locks: the live row (held by the caller already, so that numbers are given in order of commit), then message_ids,
-- then the new inbox row. Index: a_run_is_live_once.
-- $1 run_id, $2 chain_id, $3 request_id or '', $4 encoded event, $5 it asks for cancellation
with fresh as (
    insert into engine.message_ids (chain_id, request_id)
    select $2::uuid, $3 where $3 <> ''
    on conflict do nothing
    returning 1
),
counted as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + 1,
           cancel_requested = l.cancel_requested or $5::boolean,
           wake_at = case when l.owner is null and l.failures = 0
                          then least(coalesce(l.wake_at, 'infinity'), engine.now()) else l.wake_at end
     where l.run_id = $1::uuid and ($3 = '' or exists (select from fresh))
    returning l.inbox_tail, l.tenant
)
insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
select $2::uuid, inbox_tail, $1::uuid, tenant, $4::bytea from counted
