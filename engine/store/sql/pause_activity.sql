-- Holds an activity's row back. An attempt that runs, here or outside, may end; there is no next one until it is unpaused.
--
-- Locks: the row (held by the caller already). Index: an_activity_has_one_row.
-- $1 run, $2 activity, $3 who, $4 why
update engine.activities
   set paused_at = coalesce(paused_at, engine.now()), paused_by = $3, pause_reason = $4,
       available_at = case when owner is null then 'infinity' else available_at end,
       schedule_to_start_by = case when owner is null then null else schedule_to_start_by end
 where run_id = $1::uuid and activity = $2::integer
