-- Schedules with what runs and what waits, by id; one, or all of them.
--
-- Locks: nothing. Index: a_schedule_has_one_row, a_nominal_time_waits_once, a_run_is_watched_once.
-- $1 schedule_id, or null
select s.schedule_id, s.spec, s.revision, s.paused, s.note, s.actions, s.missed, s.skipped,
       s.rules_since is not null as unread,
       engine.microseconds(s.next_nominal) as next_nominal, engine.microseconds(s.next_at) as next_at,
       engine.microseconds(s.last_nominal) as last_nominal, s.last_workflow_id, s.last_run_id,
       (select count(*) from engine.schedule_buffer b where b.schedule_id = s.schedule_id) as waiting,
       (select count(*)
          from engine.schedule_runs r
          join engine.workflow_ids w on w.name_space = r.name_space and w.workflow_id = r.workflow_id
          join engine.live_runs l on l.run_id = w.run_id and l.chain_id = r.run_id
         where r.schedule_id = s.schedule_id) as running,
       engine.microseconds(s.created_at) as created_at, engine.microseconds(s.updated_at) as updated_at,
       engine.microseconds(engine.now()) as now
  from engine.schedules s
 where $1::text is null or s.schedule_id = $1
 order by s.schedule_id
