-- I-10: A scheduled activity has at most one outcome.
--
-- Locks: nothing. Reads every history row once.
with outcomes as (
    select run_id, (fields ->> 'scheduled')::integer as activity, count(*) as times
      from engine.history_events
     where kind in ('ActivityCompleted', 'ActivityFailed')
       and position('"Activity'::bytea in activation) > 0
     group by run_id, fields ->> 'scheduled'
), bad as (
    select format('run %s: activity %s has %s outcomes', run_id, activity, times) as example
      from outcomes
     where times > 1
)
select (select count(*) from outcomes) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
