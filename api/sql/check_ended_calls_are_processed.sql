-- I-45: Every ended call that was reported has a call-processing run, and is processed when that run has completed.
--
-- Locks: nothing. Reads ended calls, workflow_ids (a_workflow_id_names_one_run_at_a_time), closed_runs.
with ended as (
    select c.organization_id, c.id, c.processed_at, i.run_id, r.status
      from app.calls c
      join app.inbound_webhooks w on w.vendor = c.vendor and w.dedupe_key = c.organization_id || ':' || c.vendor_call_id || ':report'
      left join engine.workflow_ids i
        on i.name_space = 'default' and i.workflow_id = 'call-processing-' || c.vendor_call_id
      left join engine.closed_runs r on r.run_id = i.run_id
     where c.status = 'ended'
), bad as (
    select format('organization %s, call %s: %s', organization_id, id,
                  case when run_id is null then 'no run' else 'run completed, call not processed' end) as example
      from ended
     where run_id is null
        or (status = 'completed' and processed_at is null)
)
select (select count(*) from ended) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
