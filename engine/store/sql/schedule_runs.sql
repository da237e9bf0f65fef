-- The runs that a schedule watches: whether their chain is open, and how and with which run it ended if not (null: its
-- facts have been dropped with their period).
--
-- Locks: nothing. Index: a_run_is_watched_once, then by keys.
-- $1 schedule_id
select r.run_id, r.name_space, r.workflow_id, r.beside, l.run_id is not null as open, c.status,
       c.run_id as ended_run_id
  from engine.schedule_runs r
  left join engine.workflow_ids w on w.name_space = r.name_space and w.workflow_id = r.workflow_id
  left join engine.live_runs l on l.run_id = w.run_id and l.chain_id = r.run_id
  left join engine.runs f on f.run_id = w.run_id and f.chain_id = r.run_id
  left join engine.closed_runs c on c.run_id = coalesce(f.run_id, r.run_id)
 where r.schedule_id = $1
 order by r.run_id
