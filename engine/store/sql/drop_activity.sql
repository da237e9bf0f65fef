-- Deletes the row of an activity that somebody has answered for. A worker that runs it finds its fence gone.
--
-- Locks: the row (held by the caller already). Index: an_activity_has_one_row.
-- $1 run, $2 activity
delete from engine.activities where run_id = $1::uuid and activity = $2::integer
