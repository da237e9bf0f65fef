-- Removes workflow ids whose last run has been gone for so long that no sender repeats its start any more.
--
-- Locks: workflow_ids, skipping locked ones. Reads workflow_ids; a_run_starts_once.
-- $1 microseconds since the run's start, at least
delete from engine.workflow_ids i
 where (i.name_space, i.workflow_id) in (
    select w.name_space, w.workflow_id from engine.workflow_ids w
     where w.run_id < engine.uuid_floor(engine.now() - $1::bigint * interval '1 microsecond')
       and not exists (select from engine.runs r where r.run_id = w.run_id)
       and not exists (select from engine.live_runs l where l.run_id = w.run_id)
     limit 1000 for update skip locked)
