-- I-35: What belongs to a run belongs to its tenant, and so does whatever continues it.
--
-- Locks: nothing. Reads every live row, message, activity row, request of a semaphore and published value, and the runs
-- of each (a_run_starts_once).
with belongings as (
    select 'open run' as what, run_id, tenant from engine.live_runs
     union all
    select 'message', run_id, tenant from engine.inbox
     union all
    select 'activity row', run_id, tenant from engine.activities
     union all
    select 'semaphore request', run_id, tenant from engine.semaphore_requests
     union all
    select 'published value', run_id, tenant from engine.published
     union all
    select 'search attribute', run_id, tenant from engine.search_attributes
     union all
    select 'name', run_id, tenant from engine.workflow_ids
     union all
    select 'first run of its chain', chain_id, tenant from engine.runs where chain_id <> run_id
), bad as (
    select format('%s of run %s is of tenant "%s", the run is of "%s"', b.what, b.run_id, b.tenant, r.tenant) as example
      from belongings b
      join engine.runs r on r.run_id = b.run_id
     where r.tenant <> b.tenant
)
select (select count(*) from belongings) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
