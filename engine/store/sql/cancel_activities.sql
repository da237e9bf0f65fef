-- Asks activity rows to stop. One that nobody runs, paused or not, becomes available at once, so that somebody ends it,
-- and leaves its line: it will not run, so it needs no slot. One that was handed out goes on waiting: whoever has its
-- token is told with the next sign of life.
--
-- Locks: activities; the live rows are held by the caller's transaction. Index: an_activity_has_one_row.
-- Arrays: $1 run, $2 activity
update engine.activities a
   set cancel_requested = true,
       available_at = case when a.owner is null and not a.awaiting then least(a.available_at, engine.now())
                           else a.available_at end,
       limit_key = case when a.owner is not null then a.limit_key end
  from unnest($1::uuid[], $2::integer[]) as x(run_id, activity)
 where a.run_id = x.run_id and a.activity = x.activity
