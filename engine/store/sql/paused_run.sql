-- Who has paused a run; no row if nobody has.
--
-- Locks: nothing. Indexes: a_run_is_paused_once, a_run_is_live_once.
-- $1 run_id
select engine.microseconds(p.since) as since, p.identity, p.reason, l.owner is distinct from 0 as held
  from engine.paused p join engine.live_runs l on l.run_id = p.run_id
 where p.run_id = $1::uuid
