-- Lets go of runs that belong to a build for no reason any more: a ramp has given them to it and is over, or their queue
-- is not routed. Whoever may then takes them.
--
-- Locks: live_runs, skipping locked rows. Index: live_runs_by_build, one look for each build that was let in.
-- $1 limit
update engine.live_runs l set build = null, pinned = false
 where l.run_id = any (array(
           select s.run_id
             from engine.builds b
             left join engine.deployments d on d.queue = b.queue
             join engine.live_runs s
               on s.queue = b.queue and s.build = b.build
              and s.pinned = any (case when d.queue is null then array[false, true] else array[false] end)
            where s.owner is null and b.left_at is not null
            limit $1::integer
              for update of s skip locked))
returning l.queue
