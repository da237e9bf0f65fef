-- An attempt that was reported failed from outside goes back to wait for the next one; paused, it is held.
--
-- Locks: the row (held by the caller already). Index: an_activity_has_one_row.
-- $1 run, $2 activity, $3 attempt, $4 available at (microseconds), $5 schedule-to-start in microseconds or null,
-- $6 last failure, $7 keep the details
update engine.activities
   set owner = null, awaiting = false, after_attempt = null, attempt_deadline = null, heartbeat_due = null,
       attempt = $3::integer,
       available_at = case when paused_at is not null then 'infinity' else engine.moment($4::bigint) end,
       schedule_to_start_by = case when paused_at is null
                                   then engine.moment($4::bigint) + $5::bigint * interval '1 microsecond' end,
       last_failure = $6::bytea,
       heartbeat_details = case when $7::boolean then heartbeat_details end
 where run_id = $1::uuid and activity = $2::integer
