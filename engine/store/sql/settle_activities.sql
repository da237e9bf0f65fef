-- Deletes activity rows that no longer matter to their runs.
--
-- Locks: activities; the live rows are held by the caller's transaction. Index: an_activity_has_one_row.
-- Arrays: $1 run, $2 activity
delete from engine.activities a
 using unnest($1::uuid[], $2::integer[]) as x(run_id, activity)
 where a.run_id = x.run_id and a.activity = x.activity
