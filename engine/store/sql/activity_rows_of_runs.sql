-- Activities of these runs that have rows.
--
-- Locks: nothing. Index: an_activity_has_one_row.
-- $1 runs
select run_id, activity from engine.activities where run_id = any ($1::uuid[]) order by run_id, activity
