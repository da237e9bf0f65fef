-- I-5: Event 1 is WorkflowStarted, the only one of its kind.
--
-- Locks: nothing. Reads every run (a run without any history violates it too) and every history row once.
with counted as (
    select r.run_id,
           count(*) filter (where e.kind = 'WorkflowStarted') as starts,
           count(*) filter (where e.kind = 'WorkflowStarted' and e.event_id = 1) as first
      from engine.runs r
      left join engine.history_events e on e.run_id = r.run_id
     group by r.run_id
), bad as (
    select format('run %s: %s start events, %s of them first', run_id, starts, first) as example
      from counted
     where starts <> 1 or first <> 1
)
select (select count(*) from counted) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
