-- The last statement of a transactional activity that has a row: the row goes and the completion comes into the inbox
-- if the row is still held under this fence. No row: it is not; the business rows must be rolled back.
--
-- Locks: the live row (after the business rows), the activity's row, a new inbox row.
-- Indexes: a_run_is_live_once, an_activity_has_one_row.
-- $1 worker, $2 run, $3 epoch, $4 token, $5 encoded event, $6 activity
with held as materialized (
    select run_id from engine.live_runs where run_id = $2::uuid for update
),
ended as (
    delete from engine.activities a using held h
     where a.run_id = h.run_id and a.activity = $6::integer
       and coalesce(a.owner, 0) = $1::integer and a.epoch = $3::integer and a.token = $4::bigint
    returning a.run_id
),
counted as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + 1,
           wake_at = case when l.owner is null and l.failures = 0
                          then least(coalesce(l.wake_at, 'infinity'), engine.now()) else l.wake_at end
      from ended e
     where l.run_id = e.run_id
    returning l.chain_id, l.run_id, l.tenant, l.inbox_tail
)
insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
select chain_id, inbox_tail, run_id, tenant, $5::bytea from counted
