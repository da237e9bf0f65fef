-- Activities of an open run that have a row.
--
-- Locks: nothing. Index: an_activity_has_one_row.
-- $1 run, $2 type or null
select activity from engine.activities
 where run_id = $1::uuid and ($2::text is null or type = $2)
