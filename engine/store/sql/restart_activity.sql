-- Asks the attempt that runs to stop, and the next one to begin anew.
--
-- Locks: the row (held by the caller already). Index: an_activity_has_one_row.
-- $1 run, $2 activity, $3 stay paused, $4 close by in microseconds or null
update engine.activities
   set after_attempt = 'restart',
       paused_at = case when $3::boolean then paused_at end, paused_by = case when $3::boolean then paused_by end,
       pause_reason = case when $3::boolean then pause_reason end,
       close_by = engine.moment($4::bigint)
 where run_id = $1::uuid and activity = $2::integer
