-- A queue is routed no more: every worker takes every run again. Its runs are let go by free_ramped_runs and by this.
--
-- Locks: the deployment's row, its builds, then the runs that belong to builds, by run id.
-- Indexes: a_queue_has_one_deployment, live_runs_by_build.
-- $1 queue
with ended as (
    delete from engine.deployments where queue = $1
),
left_now as (
    update engine.builds set left_at = coalesce(left_at, engine.now()) where queue = $1
)
update engine.live_runs l set build = null, pinned = false
 where l.run_id = any (array(
           select s.run_id from engine.live_runs s where s.queue = $1 and s.build is not null
            order by s.run_id for update))
returning 1
