-- I-5: Event 1 is WorkflowStarted, the only one of its kind.
--
-- Locks: nothing. Reads every run (a run without any history violates it too) and every history row once.
with begun as (
    select r.run_id, convert_from(h.activation, 'UTF8')::json -> 'a' -> 0 ->> 'k' as kind
      from engine.runs r
      left join engine.history h on h.run_id = r.run_id and h.first_event = 1
), bad as (
    select format('run %s: its first event is %s', run_id, coalesce(kind, 'missing')) as example
      from begun
     where kind is distinct from 'WorkflowStarted'
     union all
    select format('run %s: event %s is a start, too', run_id, event_id)
      from engine.history_events
     where kind = 'WorkflowStarted' and event_id <> 1
       and position('"WorkflowStarted"'::bytea in activation) > 0
)
select (select count(*) from engine.runs) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
