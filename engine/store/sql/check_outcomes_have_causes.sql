-- I-13: An activity's outcome follows the event that scheduled it.
--
-- Locks: nothing. Reads every history row once.
with events as materialized (
    select run_id, event_id, kind, fields ->> 'scheduled' as scheduled
      from engine.history_events
     where kind in ('ActivityScheduled', 'ActivityCompleted', 'ActivityFailed')
       and position('"Activity'::bytea in activation) > 0
), outcomes as (
    select run_id, event_id, scheduled::integer as activity
      from events
     where kind <> 'ActivityScheduled'
), bad as (
    select format('run %s: event %s is the outcome of %s, which was not scheduled before', o.run_id, o.event_id,
                  o.activity) as example
      from outcomes o
      left join events s on s.run_id = o.run_id and s.event_id = o.activity and s.kind = 'ActivityScheduled'
     where s.run_id is null or o.activity >= o.event_id
)
select (select count(*) from outcomes) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
