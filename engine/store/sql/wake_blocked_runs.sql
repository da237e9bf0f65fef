-- Lets every blocked run that nobody owns try again now.
--
-- Locks: live_runs, skipping locked rows. Indexes: a_run_is_blocked_once, a_run_is_live_once.
update engine.live_runs l set wake_at = engine.now()
 where l.run_id = any (array(
           select s.run_id from engine.live_runs s
            where s.run_id = any (array(select run_id from engine.blocked))
              and s.owner is null and s.failures > 0
            order by s.run_id for update skip locked))
returning l.queue
