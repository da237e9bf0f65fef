-- Runs whose end the schedule has taken notice of.
--
-- Locks: the rows. The caller holds the schedule's row. Index: a_run_is_watched_once.
-- $1 schedule_id, $2 run_id[]
delete from engine.schedule_runs where schedule_id = $1 and run_id = any($2::uuid[])
