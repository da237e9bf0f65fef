-- I-5: Event 1 is WorkflowStarted, the only one of its kind.
--
-- Locks: nothing. Reads every history row once.
with counted as (
    select run_id,
           count(*) filter (where kind = 'WorkflowStarted') as starts,
           count(*) filter (where kind = 'WorkflowStarted' and event_id = 1) as first
      from engine.history_events
     group by run_id
), bad as (
    select format('run %s: %s start events, %s of them first', run_id, starts, first) as example
      from counted
     where starts <> 1 or first <> 1
)
select (select count(*) from counted) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
