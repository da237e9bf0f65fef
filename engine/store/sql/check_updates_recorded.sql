-- I-49: An accepted or answered update is in its history once, with its outcome if there is one; a rejected one is not.
--
-- Locks: nothing. Reads updates, and every history row once. Histories that are kept no longer are not judged.
with events as materialized (
    select run_id, event_id, kind, fields ->> 'id' as update_id, (fields ->> 'accepted')::integer as accepted
      from engine.history_events
     where kind in ('UpdateAccepted', 'UpdateCompleted')
       and position('"Update'::bytea in activation) > 0
), requests as (
    select e.run_id, e.update_id, count(*) as times,
           count(*) filter (where exists (select from events c where c.run_id = e.run_id and c.accepted = e.event_id))
               as answers
      from events e
     where e.kind = 'UpdateAccepted'
     group by e.run_id, e.update_id
), bad as (
    select format('update %s of run %s is %s, but its history has %s requests and %s outcomes', u.update_id, u.run_id,
                  u.stage, coalesce(r.times, 0), coalesce(r.answers, 0)) as example
      from engine.updates u
      left join requests r on r.run_id = u.run_id and r.update_id = u.update_id
     where u.stage in ('accepted', 'completed', 'rejected')
       and exists (select from engine.history h where h.run_id = u.run_id)
       and (coalesce(r.times, 0), coalesce(r.answers, 0)) is distinct from
           (case when u.stage = 'rejected' then 0 else 1 end, case when u.stage = 'completed' then 1 else 0 end)
)
select (select count(*) from engine.updates) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
