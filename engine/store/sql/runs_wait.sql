-- Whether a claim would find runs: what a worker asks whose claims have found nothing for a while. What it passes over
-- (somebody holds it, its queue is paused, it belongs to another build) is as in claim_runs.sql, claim_build_runs.sql
-- and claim_late_runs.sql, but for locks, which are not seen here.
--
-- Locks: nothing. Indexes: a_queue_is_decided_once, a_queue_has_one_deployment; the first entry of live_runs_claimable
-- from $3 on, or of live_runs_of_build.
-- $1 queue, $2 the worker's build, $3 wake_at lower bound, $4 whether to look for late ones, which have no bound,
-- $5 late: due for so many microseconds
select engine.now(),
       case when q.is_paused then false
            when q.is_elsewhere then (
                select c.run_id from engine.live_runs c
                 where c.owner is null and c.queue = $1 and c.build = $2
                   and c.wake_at >= '-infinity' and c.wake_at <= engine.now()
                 order by c.wake_at, c.run_id
                 limit 1) is not null
            else (
                select c.run_id from engine.live_runs c
                 where c.owner is null and c.queue = $1 and (c.build is null or c.build = $2)
                   and c.wake_at >= $3::timestamptz and c.wake_at <= engine.now()
                 order by c.wake_at, c.run_id
                 limit 1) is not null end as due,
       case when q.is_paused or q.is_elsewhere or not $4::boolean then false
            else (
                select c.run_id from engine.live_runs c
                 where c.owner is null and c.queue = $1 and (c.build is null or c.build = $2)
                   and c.wake_at <= engine.now() - $5::bigint * interval '1 microsecond'
                 order by c.wake_at, c.run_id
                 limit 1) is not null end as late
  from (select (select p.paused_at from engine.queues p where p.queue = $1) is not null as is_paused,
               coalesce((select d.current_build from engine.deployments d where d.queue = $1), $2) <> $2
                   as is_elsewhere) q
