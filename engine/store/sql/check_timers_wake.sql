-- I-16: A run that nobody owns wakes no later than the first of its pending timers and deadlines.
--
-- Not before its code has begun (a start may be delayed), not while it is blocked (a retry has a time of its own), and
-- not while it is paused.
-- Locks: nothing. Reads the histories of open runs without an owner.
with waiting as materialized (
    select run_id, wake_at, next_event
      from engine.live_runs
     where owner is null and failures = 0 and activations > 1 and not paused
), events as materialized (
    select e.run_id, e.event_id, e.kind, e.fields
      from waiting w
      join engine.history_events e on e.run_id = w.run_id
     where e.kind in ('TimerStarted', 'TimerFired', 'TimerCanceled', 'WorkflowStarted')
       and (position('"Timer'::bytea in e.activation) > 0 or position('_deadline"'::bytea in e.activation) > 0)
), pending as (
    select s.run_id, format('timer %s', s.event_id) as what, engine.moment((s.fields ->> 'due')::bigint) as due
      from events s
     where s.kind = 'TimerStarted'
       and not exists (select from events e
                        where e.run_id = s.run_id and e.kind in ('TimerFired', 'TimerCanceled')
                          and (e.fields ->> 'started')::integer = s.event_id)
     union all
    select run_id, 'its deadline',
           engine.moment(least((fields ->> 'run_deadline')::bigint, (fields ->> 'execution_deadline')::bigint))
      from events
     where kind = 'WorkflowStarted' and fields -> 'forked' is null
), bad as (
    select format('run %s: %s is due %s, it wakes %s', p.run_id, p.what, p.due, coalesce(w.wake_at::text, 'never'))
               as example
      from pending p
      join waiting w on w.run_id = p.run_id
     where p.due is not null and (w.wake_at is null or w.wake_at > p.due)
)
select (select count(*) from waiting) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
