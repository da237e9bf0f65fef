-- The row of an activity, held until the end of the transaction; no row when it has none.
--
-- Locks: one row of activities; the caller holds the live row. Index: an_activity_has_one_row.
-- $1 run, $2 activity
select a.owner, a.epoch, a.token, a.attempt, a.lost_attempts, a.cancel_requested, a.awaiting,
       a.paused_at is not null as paused, a.paused_by, a.after_attempt, a.queue, a.task, a.last_failure,
       engine.microseconds(a.scheduled_at) as scheduled_at, engine.microseconds(a.close_by) as close_by,
       engine.microseconds(engine.now()) as now
  from engine.activities a
 where a.run_id = $1::uuid and a.activity = $2::integer
   for update
