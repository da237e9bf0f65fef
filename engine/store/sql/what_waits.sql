-- What there is to do for a worker: all that an idle one asks. What it says of runs is as in claim_runs.sql,
-- claim_build_runs.sql and claim_late_runs.sql, of activity rows as in claim_activities.sql, but for locks, which are
-- not seen here; of other workers as in other_workers.sql, but that it leaves out those that are well; of expired rows
-- as in expired_activities.sql; of freed runs as in free_ramped_runs.sql; of schedules as in schedules_due.sql, of batch
-- jobs as in batch_wait.sql, of sleeping lines as in rest_lines.sql.
--
-- Locks: nothing. Indexes: a_queue_is_decided_once, a_queue_has_one_deployment; workers_alive; live_runs_owned and
-- activities_owned, jumping from owner to owner; the first entries of live_runs_claimable from $4 on, or of
-- live_runs_of_build, of live_runs_by_build for each build that has left, of an_errand_is_run_once,
-- semaphore_news_are_told_in_order, news_are_told_in_order, limit_lines_ripe, activities_time_out,
-- activities_often_lost, schedules_by_time, batch_jobs_due and, one look a priority, activities_claimable; per watched
-- run of a schedule two keys (workflow_ids, live_runs).
-- $1 this worker, $2 queue, $3 the worker's build, $4 wake_at lower bound, $5 activity types that it runs,
-- $6 lost attempts allowed, $7 batch verbs that it knows, as the text of an array
with recursive run_owners(owner) as (
    (select owner from engine.live_runs where owner is not null order by owner limit 1)
    union all
    select (select l.owner from engine.live_runs l where l.owner > r.owner order by l.owner limit 1)
      from run_owners r where r.owner is not null
),
row_owners(owner) as (
    (select owner from engine.activities where owner is not null order by owner limit 1)
    union all
    select (select a.owner from engine.activities a where a.owner > r.owner order by a.owner limit 1)
      from row_owners r where r.owner is not null
)
select engine.now(), q.is_paused, q.is_elsewhere,
       case when q.is_paused then null
            when q.is_elsewhere then (
                select c.wake_at from engine.live_runs c
                 where c.owner is null and c.queue = $2 and c.build = $3
                   and c.wake_at >= '-infinity' and c.wake_at <= engine.now()
                 order by c.wake_at, c.run_id
                 limit 1)
            else (
                select c.wake_at from engine.live_runs c
                 where c.owner is null and c.queue = $2 and (c.build is null or c.build = $3)
                   and c.wake_at >= $4::timestamptz and c.wake_at <= engine.now()
                 order by c.wake_at, c.run_id
                 limit 1) end as oldest_run,
       exists (select from engine.errands) or exists (select from engine.semaphore_news) as errands,
       not q.is_paused
       and (exists (select from engine.limit_news)
            or exists (select from engine.limit_lines l
                        where l.queue = $2 and l.next_at <= engine.now() and l.type = any ($5::text[]))
            or exists (select from generate_series(1, 5) as p(priority)
                        cross join lateral (
                              select a.run_id from engine.activities a
                               where a.owner is null and a.limit_key is null and a.queue = $2
                                 and a.priority = p.priority
                                 and a.available_at <= engine.now() and a.type = any ($5::text[])
                                 and a.run_id <> all (array(select z.run_id from engine.paused z))
                                 and (a.schedule_to_start_by is null or a.schedule_to_start_by > engine.now())
                                 and (a.close_by is null or a.close_by > engine.now())
                               limit 1) w)) as activities,
       (select engine.microseconds(l.next_at) - engine.microseconds(engine.now()) from engine.limit_lines l
         where l.queue = $2 and l.next_at > engine.now() and l.next_at < 'infinity'
         order by l.next_at
         limit 1) as line_in,
       case when (
                select r.run_id from engine.schedule_runs r
                 where (select l.run_id from engine.workflow_ids w
                          join engine.live_runs l on l.run_id = w.run_id and l.chain_id = r.run_id
                         where w.name_space = r.name_space and w.workflow_id = r.workflow_id
                         limit 1) is null
                 order by r.schedule_id, r.run_id
                 limit 1) is not null then 0::bigint
            else (
                select engine.microseconds(s.next_at) - engine.microseconds(engine.now()) from engine.schedules s
                 where s.next_at is not null
                 order by s.next_at
                 limit 1) end as schedule_in,
       (select engine.microseconds(b.next_at) - engine.microseconds(engine.now()) from engine.batch_jobs b
         where b.next_at is not null and b.verb = any ($7::text::text[])
         order by b.next_at
         limit 1) as batch_in,
       exists (select from engine.workers w
                where w.ended_at is null and w.worker_no <> $1::integer
                  and (w.lease_until <= engine.now()
                       or now() - pg_postmaster_start_time() >= w.lease
                          and w.worker_no::oid <> all (array(
                              select k.objid from pg_locks k
                               where k.locktype = 'advisory' and k.classid = 726571 and k.objsubid = 2
                                 and k.database = (
                                     select d.oid from pg_database d where d.datname = current_database())))))
       or exists (select from run_owners r
                   where r.owner <> $1::integer
                     and (select w.worker_no from engine.workers w
                           where w.ended_at is null and w.worker_no = r.owner) is null)
       or exists (select from row_owners r
                   where r.owner <> $1::integer
                     and (select w.worker_no from engine.workers w
                           where w.ended_at is null and w.worker_no = r.owner) is null) as dead_workers,
       exists (select from engine.activities a
                where least(a.close_by, a.attempt_deadline, a.heartbeat_due,
                            case when a.owner is null then a.schedule_to_start_by end) <= engine.now())
       or exists (select from engine.activities a
                   where a.owner is null and a.queue = $2 and a.lost_attempts > 0 and a.lost_attempts >= $6::integer
                     and a.available_at <= engine.now()) as expired,
       exists (select from engine.builds b
                 left join engine.deployments d on d.queue = b.queue
                cross join lateral (
                      select s.run_id from engine.live_runs s
                       where s.queue = b.queue and s.build = b.build and s.owner is null
                         and s.pinned <= (d.queue is null)
                       limit 1) freed
                where b.left_at is not null) as freed
  from (select (select p.paused_at from engine.queues p where p.queue = $2) is not null as is_paused,
               coalesce((select d.current_build from engine.deployments d where d.queue = $2), $3) <> $3
                   as is_elsewhere) q
