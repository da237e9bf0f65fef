-- I-14: A timer fires no earlier than it is due, by the database's clock.
--
-- Locks: nothing. Reads every history row once.
with events as materialized (
    select run_id, event_id, kind, time, fields
      from engine.history_events
     where kind in ('TimerStarted', 'TimerFired')
       and position('"Timer'::bytea in activation) > 0
), fired as (
    select f.run_id, f.event_id, f.time,
           timestamptz 'epoch' + (s.fields ->> 'due')::bigint * interval '1 microsecond' as due
      from events f
      left join events s on s.run_id = f.run_id and s.kind = 'TimerStarted'
                        and s.event_id = (f.fields ->> 'started')::integer
     where f.kind = 'TimerFired'
), bad as (
    select format('run %s: event %s at %s, due %s', run_id, event_id, time, due) as example
      from fired
     where due is null or time < due
)
select (select count(*) from fired) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
