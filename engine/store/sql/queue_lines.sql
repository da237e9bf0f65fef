-- The longest lines of a queue: runs by priority and fairness key, activity rows by priority and limit key or tenant.
-- What is due is counted.
--
-- Locks: nothing. Indexes: live_runs_in_line, activities_claimable, activities_in_line.
-- $1 queue, $2 limit of each
with runs as (
    select priority, coalesce(fairness_key, tenant) collate "C" as key, count(*) as due, min(wake_at) as oldest
      from engine.live_runs
     where owner is null and wake_at is not null and queue = $1 and wake_at <= engine.now()
     group by 1, 2 order by due desc, 1, 2 limit $2::integer
),
rows as (
    select priority, coalesce(limit_key, tenant) collate "C" as key, count(*) as due, min(available_at) as oldest
      from engine.activities
     where owner is null and queue = $1 and available_at <= engine.now()
     group by 1, 2 order by due desc, 1, 2 limit $2::integer
)
select true as of_runs, priority, key, due, engine.microseconds(oldest) as oldest,
       (select w.weight from engine.fairness_weights w where w.queue = $1 and w.fairness_key = key) as weight
  from runs
 union all
select false, priority, key, due, engine.microseconds(oldest), null from rows
