-- What a turn has changed. The caller holds the row.
--
-- Locks: the row. Index: a_schedule_has_one_row. Times in microseconds.
-- $1 schedule_id, $2 next_nominal, $3 next_at, $4 paused, $5 note, $6 actions, $7 missed, $8 skipped, $9 last_nominal,
-- $10 last_workflow_id, $11 last_run_id, $12 completed_run_id, $13 failed_run_id, $14 rules_since
update engine.schedules
   set next_nominal = engine.moment($2), next_at = engine.moment($3), paused = $4, note = $5, actions = $6,
       missed = $7, skipped = $8, last_nominal = engine.moment($9), last_workflow_id = $10, last_run_id = $11,
       completed_run_id = $12, failed_run_id = $13, rules_since = engine.moment($14)
 where schedule_id = $1
