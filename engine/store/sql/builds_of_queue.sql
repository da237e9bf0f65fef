-- Every build of a queue that was let in, was looked at by a check, or has a live worker: the newest first.
--
-- Locks: nothing. Indexes: a_build_is_let_in_once, verdicts_of_build, workers_alive, live_runs_by_build.
-- $1 queue
with names as (
    select build from engine.builds where queue = $1
     union
    select build from engine.verdicts where queue = $1
     union
    select build from engine.workers where queue = $1 and ended_at is null and lease_until > engine.now()
)
select n.build, d.current_build is not distinct from n.build as is_current,
       d.ramping_build is not distinct from n.build as is_ramping, d.ramp_percent,
       (select count(*) from engine.live_runs l
         where l.queue = $1 and l.build = n.build and l.pinned) as pinned_runs,
       (select count(*) from engine.live_runs l
         where l.queue = $1 and l.build = n.build and not l.pinned) as ramped_runs,
       (select count(*) from engine.workers w
         where w.queue = $1 and w.build = n.build and w.ended_at is null
           and w.lease_until > engine.now()) as workers,
       engine.microseconds(b.let_in_at) as let_in_at, engine.microseconds(b.left_at) as left_at, b.forced,
       v.passed as verdict_passed, engine.microseconds(v.at) as verdict_at, v.open_runs, v.broken_runs, v.closed_broken
  from names n
  left join engine.deployments d on d.queue = $1
  left join engine.builds b on b.queue = $1 and b.build = n.build
  left join lateral (select * from engine.verdicts w where w.queue = $1 and w.build = n.build
                      order by w.verdict_no desc limit 1) v on true
 order by is_current desc, is_ramping desc, coalesce(b.let_in_at, v.at) desc nulls last, n.build
