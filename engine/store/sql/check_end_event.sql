-- I-6: A closed run has exactly one end, as its last event, and its status agrees; an open run has none.
--
-- Locks: nothing. Reads every history row once, and closed_runs.
with ends as (
    select run_id, count(*) as ends, max(event_id) as at, max(kind) as kind
      from engine.history_events
     where kind in ('WorkflowCompleted', 'WorkflowFailed', 'WorkflowCanceled', 'WorkflowTimedOut',
                    'WorkflowTerminated', 'WorkflowContinuedAsNew')
       and position('"Workflow'::bytea in activation) > 0
     group by run_id
), known as (
    select r.run_id, c.status, c.events, coalesce(e.ends, 0) as ends, e.at, e.kind,
           l.run_id is not null as is_live
      from engine.runs r
      left join engine.closed_runs c on c.run_id = r.run_id
      left join engine.live_runs l on l.run_id = r.run_id
      left join ends e on e.run_id = r.run_id
), bad as (
    select format('run %s: status %s, live %s, %s end events, last %s at %s of %s', run_id,
                  coalesce(status, 'running'), is_live, ends, kind, at, events) as example
      from known
     where is_live = (status is not null)
        or (is_live and ends <> 0)
        or (not is_live and (ends <> 1 or at <> events
            or kind <> case status when 'completed' then 'WorkflowCompleted' when 'failed' then 'WorkflowFailed'
                                   when 'canceled' then 'WorkflowCanceled' when 'timed_out' then 'WorkflowTimedOut'
                                   when 'continued_as_new' then 'WorkflowContinuedAsNew'
                                   else 'WorkflowTerminated' end))
)
select (select count(*) from known) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
