-- A schedule's row, for whoever changes it on somebody's order.
--
-- Locks: the row; waits for it. Index: a_schedule_has_one_row.
-- $1 schedule_id
select spec, paused, note, actions, missed, skipped,
       engine.microseconds(next_nominal) as next_nominal, engine.microseconds(last_nominal) as last_nominal,
       engine.microseconds(rules_since) as rules_since, last_workflow_id, last_run_id, completed_run_id, failed_run_id,
       revision, engine.microseconds(engine.now()) as now
  from engine.schedules
 where schedule_id = $1
   for update
