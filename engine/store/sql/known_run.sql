-- Whether a run exists, open or closed.
--
-- Locks: nothing. Index: a_run_starts_once.
-- $1 run_id
select from engine.runs where run_id = $1::uuid
