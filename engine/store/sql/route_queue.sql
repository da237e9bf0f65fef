-- Says which build is current and which one is ramping, and notes who is neither any more.
--
-- Locks: the deployment's row, then its builds. Indexes: a_queue_has_one_deployment, a_build_is_let_in_once.
-- $1 queue, $2 current, $3 ramping or null, $4 percent or null
with routed as (
    insert into engine.deployments (queue, current_build, ramping_build, ramp_percent, changed_at)
    values ($1, $2, $3, $4::smallint, engine.now())
    on conflict (queue) do update
       set current_build = excluded.current_build, ramping_build = excluded.ramping_build,
           ramp_percent = excluded.ramp_percent, changed_at = excluded.changed_at
    returning queue, current_build, ramping_build
)
update engine.builds b
   set left_at = case when b.build = r.current_build or b.build = r.ramping_build then null
                      else coalesce(b.left_at, engine.now()) end
  from routed r
 where b.queue = r.queue
