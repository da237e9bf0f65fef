-- When runs that were to wake at one moment have ended: how many, how many too early, and how long after it, in
-- milliseconds. Locks: none. $1 the moment in microseconds.
select count(*) as woken,
       count(*) filter (where late < 0) as early,
       coalesce(percentile_cont(0.5) within group (order by late), 0) as p50_ms,
       coalesce(percentile_cont(0.99) within group (order by late), 0) as p99_ms,
       coalesce(max(late), 0) as last_ms
  from (select (engine.microseconds(c.closed_at) - $1::bigint) / 1000.0 as late
          from engine.closed_runs c) as lateness
