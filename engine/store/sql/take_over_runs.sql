-- Gives the runs of dead workers back: claimable now (blocked ones at their moment), to be adopted.
--
-- Locks: live_runs, skipping locked rows. Index: live_runs_owned.
-- $1 dead workers, $2 limit
update engine.live_runs l
   set owner = case when l.paused then 0 end, adopt = true,
       wake_at = case when l.failures > 0 then greatest(l.wake_at, engine.now()) else engine.now() end
 where l.run_id = any (array(
           select run_id from engine.live_runs where owner = any ($1::integer[])
            order by run_id limit $2::integer for update skip locked))
returning l.queue
