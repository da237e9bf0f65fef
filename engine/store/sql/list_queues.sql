-- Queues with what waits in them; those that have unowned runs or rows, a live worker, or a row of their own. What is
-- due is counted.
--
-- Locks: nothing. Indexes: live_runs_claimable and activities_claimable (skipping from queue to queue, then what is
-- due), activities_in_line, live_runs_owned, activities_owned, workers_alive, a_run_starts_once (ids of the last 30 s).
-- $1 this queue only, or null
with recursive of_runs as (
    (select queue from engine.live_runs where owner is null order by queue limit 1)
    union all
    select n.queue from of_runs o
     cross join lateral (select l.queue from engine.live_runs l
                          where l.owner is null and l.queue > o.queue order by l.queue limit 1) n
),
of_rows as (
    (select queue from engine.activities where owner is null and limit_key is null order by queue limit 1)
    union all
    select n.queue from of_rows o
     cross join lateral (select a.queue from engine.activities a
                          where a.owner is null and a.limit_key is null and a.queue > o.queue
                          order by a.queue limit 1) n
),
alive as materialized (
    select * from engine.workers where ended_at is null and lease_until > engine.now()
),
names as (
    select queue from of_runs union select queue from of_rows union select queue from engine.limit_lines
    union select queue collate "C" from alive union select queue from engine.queues
    union select $1::text where $1::text is not null
)
select n.queue, engine.microseconds(q.paused_at) as paused_at, q.paused_by, q.pause_reason,
       due.runs as runs_due, engine.microseconds(due.oldest) as oldest_run, later.runs as runs_later,
       (select count(*) from engine.live_runs l where l.owner is not null and l.queue = n.queue) as runs_held,
       waiting.rows as rows_due, engine.microseconds(waiting.oldest) as oldest_row, waiting.later as rows_later,
       (select count(*) from engine.activities a where a.owner is not null and a.queue = n.queue) as rows_held,
       (select count(*) from alive w where w.queue = n.queue) as workers,
       (select count(*) / 30.0 from engine.runs r
         where r.run_id >= engine.uuid_floor(engine.now() - interval '30 seconds') and r.queue = n.queue)
           ::double precision as runs_started,
       (select coalesce(sum(w.runs_claimed_per_second), 0) from alive w where w.queue = n.queue)
           ::double precision as runs_claimed,
       (select coalesce(sum(w.runs_closed_per_second), 0) from alive w where w.queue = n.queue)
           ::double precision as runs_closed,
       (select coalesce(sum(w.rows_claimed_per_second), 0) from alive w where w.queue = n.queue)
           ::double precision as rows_claimed
  from names n
  left join engine.queues q on q.queue = n.queue
 cross join lateral (select count(*) as runs, min(l.wake_at) as oldest from engine.live_runs l
                      where l.owner is null and l.queue = n.queue and l.wake_at <= engine.now()) due
 cross join lateral (select count(*) as runs from engine.live_runs l
                      where l.owner is null and l.queue = n.queue and l.wake_at > engine.now()) later
 cross join lateral (
       select count(*) filter (where a.available_at <= engine.now()) as rows,
              min(a.available_at) filter (where a.available_at <= engine.now()) as oldest,
              count(*) filter (where a.available_at > engine.now()) as later
         from engine.activities a where a.owner is null and a.queue = n.queue) waiting
 where $1::text is null or n.queue = $1
 order by n.queue
