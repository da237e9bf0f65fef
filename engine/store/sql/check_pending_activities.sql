-- I-68: What an open run waits for an activity to give, somebody will give: there is a row, an answer, or an owner.
--
-- A run to be adopted makes rows of what its last owner ran.
-- Locks: nothing. Reads the histories of open runs without an owner; activities by an_activity_has_one_row.
with waiting as materialized (
    select run_id
      from engine.live_runs
     where owner is null and not adopt and failures = 0 and activations > 1 and not paused and inbox_tail = inbox_head
), events as materialized (
    select e.run_id, e.event_id, e.kind, (e.fields ->> 'scheduled')::integer as scheduled
      from waiting w
      join engine.history_events e on e.run_id = w.run_id
     where e.kind in ('ActivityScheduled', 'ActivityCompleted', 'ActivityFailed')
       and position('"Activity'::bytea in e.activation) > 0
), pending as (
    select s.run_id, s.event_id
      from events s
     where s.kind = 'ActivityScheduled'
       and not exists (select from events e where e.run_id = s.run_id and e.scheduled = s.event_id)
), bad as (
    select format('run %s: activity %s has no row, and nobody runs it', run_id, event_id) as example
      from pending p
     where not exists (select from engine.activities a where a.run_id = p.run_id and a.activity = p.event_id)
)
select (select count(*) from pending) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
