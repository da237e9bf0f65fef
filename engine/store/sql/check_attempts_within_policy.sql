-- I-11: An activity was tried no more often than its policy allows, and lost no more than ten attempts.
--
-- Activities that an operator has touched are passed over: orders begin the count anew, or change the policy.
-- Locks: nothing. Reads every history row once, every activity row, and the audit trail by audit_of_target.
with events as materialized (
    select run_id, event_id, kind, (fields ->> 'scheduled')::integer as activity,
           (fields -> 'options' -> 'retry' ->> 'maximum_attempts')::integer as allowed,
           coalesce((fields ->> 'attempts')::integer, (fields -> 'failure' ->> 'attempts')::integer, 1) as attempts
      from engine.history_events
     where kind in ('ActivityScheduled', 'ActivityCompleted', 'ActivityFailed')
       and (position('"attempts":'::bytea in activation) > 0
            or position('"maximum_attempts":'::bytea in activation) > 0)
), tried as (
    select o.run_id, o.activity, o.attempts, s.allowed, 0 as lost
      from events o
      join events s on s.run_id = o.run_id and s.event_id = o.activity and s.kind = 'ActivityScheduled'
     where o.kind <> 'ActivityScheduled' and s.allowed is not null
     union all
    select a.run_id, a.activity, a.attempt,
           coalesce((convert_from(a.task, 'UTF8')::json -> 'options' -> 'retry' ->> 'maximum_attempts')::integer, 0),
           a.lost_attempts
      from engine.activities a
), bad as (
    select format('run %s: activity %s was tried %s times (of %s) and lost %s attempts', run_id, activity, attempts,
                  allowed, lost) as example
      from tried t
     where ((allowed > 0 and attempts > allowed) or lost > 10)
       and not exists (select from engine.audit u where u.target = format('%s/%s', t.run_id, t.activity))
)
select (select count(*) from tried) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
