-- A sign of life from whoever has an activity's token.
--
-- Locks: the row (held by the caller already). Index: an_activity_has_one_row.
-- $1 run, $2 activity, $3 details or null
update engine.activities
   set heartbeat_due = engine.now() + heartbeat, heartbeat_details = coalesce($3::text, heartbeat_details)
 where run_id = $1::uuid and activity = $2::integer
