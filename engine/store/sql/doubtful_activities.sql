-- What open runs had ordered and not heard of at the moment to which the database was restored, oldest runs first:
-- whether it was done after that, only the world knows. Of runs that had started by the last quarantine.
--
-- Locks: nothing. Reads the histories of all open runs; index: an_activation_is_recorded_once.
-- $1 limit
with last as (
    select began_at from engine.quarantines order by quarantine_id desc limit 1
),
told as (
    select l.run_id, e.event_id, e.kind, e.time, e.fields
      from engine.live_runs l
      join engine.history_events e on e.run_id = l.run_id
     where l.run_id < engine.uuid_floor((select began_at from last))
       and e.kind in ('ActivityScheduled', 'ActivityCompleted', 'ActivityFailed')
)
select s.run_id, r.workflow_id, r.type as workflow_type, r.tenant, s.event_id as activity, s.fields ->> 'type' as type,
       coalesce(s.fields -> 'options' ->> 'delivery', '') = 'at_most_once' as at_most_once,
       engine.microseconds(s.time) as scheduled_at
  from told s
  join engine.runs r on r.run_id = s.run_id
 where s.kind = 'ActivityScheduled'
   and not exists (select from told x
                    where x.run_id = s.run_id and x.kind <> 'ActivityScheduled'
                      and (x.fields ->> 'scheduled')::integer = s.event_id)
 order by s.run_id, s.event_id
 limit $1::integer
