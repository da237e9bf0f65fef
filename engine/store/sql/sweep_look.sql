-- What a sweep would find: whether there are others than this worker (alive, dead, or ended and with rows left behind),
-- see other_workers.sql; whether the time of an activity row is over, or its workers have died too often, see
-- expired_activities.sql; whether a run is to be let go by a build, see free_ramped_runs.sql. And whether the queue is
-- paused.
--
-- Locks: nothing. Indexes: a_queue_is_decided_once; the first entries of workers_alive, live_runs_owned, activities_owned
-- on both sides of this worker's number, of activities_time_out and activities_often_lost, and of live_runs_by_build for
-- each build that has left.
-- $1 this worker, $2 queue, $3 lost attempts allowed
select exists (select from engine.queues q where q.queue = $2 and q.paused_at is not null) as queue_paused,
       exists (select from engine.workers w where w.ended_at is null and w.worker_no < $1::integer)
       or exists (select from engine.workers w where w.ended_at is null and w.worker_no > $1::integer)
       or exists (select from engine.live_runs l where l.owner < $1::integer)
       or exists (select from engine.live_runs l where l.owner > $1::integer)
       or exists (select from engine.activities a where a.owner < $1::integer)
       or exists (select from engine.activities a where a.owner > $1::integer) as others,
       exists (select from engine.activities a
                where least(a.close_by, a.attempt_deadline, a.heartbeat_due,
                            case when a.owner is null then a.schedule_to_start_by end) <= engine.now())
       or exists (select from engine.activities a
                   where a.owner is null and a.queue = $2 and a.lost_attempts > 0 and a.lost_attempts >= $3::integer
                     and a.available_at <= engine.now()) as expired,
       exists (select from engine.builds b
                 left join engine.deployments d on d.queue = b.queue
                cross join lateral (
                      select s.run_id from engine.live_runs s
                       where s.queue = b.queue and s.build = b.build and s.owner is null
                         and s.pinned <= (d.queue is null)
                       limit 1) freed
                where b.left_at is not null) as freed
