-- Ends the pause of a row that is not to be picked up: somebody runs it, or it was handed out.
--
-- Locks: the row (held by the caller already). Index: an_activity_has_one_row.
-- $1 run, $2 activity
update engine.activities set paused_at = null, paused_by = null, pause_reason = null
 where run_id = $1::uuid and activity = $2::integer
