-- I-15: A timer fires at most once, and not after it was cancelled.
--
-- Locks: nothing. Reads every history row once.
with ends as (
    select run_id, (fields ->> 'started')::integer as timer, count(*) as times
      from engine.history_events
     where kind in ('TimerFired', 'TimerCanceled')
       and position('"Timer'::bytea in activation) > 0
     group by run_id, fields ->> 'started'
), bad as (
    select format('run %s: timer %s ended %s times', run_id, timer, times) as example
      from ends
     where times > 1
)
select (select count(*) from ends) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
