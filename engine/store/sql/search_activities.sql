-- A piece of a filter: runs with an activity row whose type compares as wished; those that have failed, or been lost, if
-- it is about retries.
--
-- Locks: nothing. Index: an_activity_has_one_row.
s.run_id in (select a.run_id from engine.activities a
              where (not :retrying or a.attempt + a.lost_attempts > 1) and :comparison)
