-- The last statement of a transactional activity that its run's owner has started: the completion goes into the inbox
-- if the run is still held under this fence. No row: it is not; the business rows must be rolled back.
--
-- Locks: the live row (after the business rows), then a new inbox row. Index: a_run_is_live_once.
-- $1 worker, $2 run, $3 epoch, $4 token, $5 encoded event
with counted as (
    update engine.live_runs l set inbox_tail = l.inbox_tail + 1
     where l.run_id = $2::uuid and coalesce(l.owner, 0) = $1::integer and l.epoch = $3::integer and l.token = $4::bigint
    returning l.chain_id, l.run_id, l.tenant, l.inbox_tail
)
insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
select chain_id, inbox_tail, run_id, tenant, $5::bytea from counted
