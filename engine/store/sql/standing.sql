-- How things stand, for alerts: for how long the oldest run and the oldest activity that are due in a queue have waited
-- (microseconds; 0 if none is, or an operator has paused the queue), how many runs are blocked, how
-- many nominal times schedules have missed, ever. Looked at once in a while: the first entries of an index may be dead.
--
-- Locks: nothing. Indexes: live_runs_claimable, activities_claimable (one look a priority), a_queue_is_decided_once.
-- Activities that wait for a limit are not looked at: queue limits shows them. engine.blocked and engine.schedules are
-- small and read whole.
-- $1 queue
select case when p.is_paused then 0 else coalesce((
           select greatest(engine.microseconds(engine.now()) - engine.microseconds(l.wake_at), 0)
             from engine.live_runs l
            where l.owner is null and l.queue = $1 and l.wake_at <= engine.now()
            order by l.wake_at
            limit 1), 0) end as oldest_run,
       case when p.is_paused then 0 else coalesce((
           select max(greatest(engine.microseconds(engine.now()) - engine.microseconds(w.available_at), 0))
             from generate_series(1, 5) as n(priority)
            cross join lateral (
                  select a.available_at from engine.activities a
                   where a.owner is null and a.limit_key is null and a.queue = $1 and a.priority = n.priority
                     and a.available_at <= engine.now()
                   order by a.available_at
                   limit 1) w), 0) end as oldest_activity,
       (select count(*) from engine.blocked) as blocked_runs,
       (select coalesce(sum(s.missed), 0)::bigint from engine.schedules s) as missed_times
  from (select exists (select from engine.queues q where q.queue = $1 and q.paused_at is not null) as is_paused) p
