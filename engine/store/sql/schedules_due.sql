-- Schedules to act on, and the next ones: how long until then, in microseconds (0 or less: now). Also those whose run
-- has ended without the schedule having taken notice.
--
-- Locks: nothing. Index: schedules_by_time; then per watched run two keys (workflow_ids, live_runs).
-- $1 limit
(select schedule_id, engine.microseconds(next_at) - engine.microseconds(engine.now()) as wait
   from engine.schedules
  where next_at is not null
  order by next_at
  limit $1::integer)
union all
select distinct r.schedule_id, 0::bigint
  from engine.schedule_runs r
 where not exists (
       select from engine.workflow_ids w
         join engine.live_runs l on l.run_id = w.run_id and l.chain_id = r.run_id
        where w.name_space = r.name_space and w.workflow_id = r.workflow_id)
