-- Runs of pinned types, in the transaction of their first turn: from now on they belong to the build that began them,
-- if their queue is routed.
--
-- Locks: live_runs by run id, locked by the fenced update before it. Indexes: a_run_is_live_once,
-- a_queue_has_one_deployment.
-- Arrays: $1 run, $2 build
update engine.live_runs l set build = x.build, pinned = true
  from unnest($1::uuid[], $2::text[]) as x(run_id, build)
 where l.run_id = x.run_id
   and exists (select from engine.deployments d where d.queue = l.queue)
