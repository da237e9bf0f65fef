-- Lets go of runs that belong to a build for no reason any more: a ramp has given them to it and is over, or their queue
-- is not routed. Whoever may then takes them.
--
-- Locks: live_runs, skipping locked rows. Index: live_runs_by_build, one look for each build that was let in and has left.
-- $1 limit, of each build
update engine.live_runs l set build = null, pinned = false
 where l.run_id = any (array(
           select freed.run_id
             from engine.builds b
             left join engine.deployments d on d.queue = b.queue
            cross join lateral (
                  select s.run_id from engine.live_runs s
                   where s.queue = b.queue and s.build = b.build and s.owner is null
                     and s.pinned <= (d.queue is null)  -- false only, or both
                   limit $1::integer
                     for update skip locked) freed
            where b.left_at is not null))
returning l.queue
