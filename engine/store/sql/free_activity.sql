-- Lets a row be picked up at a moment: unpaused, retried now, or begun anew. One that was handed out is taken back.
--
-- Locks: the row (held by the caller already), which nobody owns. Index: an_activity_has_one_row.
-- $1 run, $2 activity, $3 attempt, $4 lost attempts, $5 keep the details, $6 stay paused, $7 schedule-to-start in
-- microseconds or null, $8 close by in microseconds or null
update engine.activities
   set attempt = $3::integer, lost_attempts = $4::integer, awaiting = false, after_attempt = null,
       attempt_deadline = null, heartbeat_due = null,
       heartbeat_details = case when $5::boolean then heartbeat_details end,
       paused_at = case when $6::boolean then paused_at end, paused_by = case when $6::boolean then paused_by end,
       pause_reason = case when $6::boolean then pause_reason end,
       available_at = case when $6::boolean and paused_at is not null then 'infinity' else engine.now() end,
       schedule_to_start_by = case when not ($6::boolean and paused_at is not null)
                                   then engine.now() + $7::bigint * interval '1 microsecond' end,
       close_by = engine.moment($8::bigint)
 where run_id = $1::uuid and activity = $2::integer
