-- How a run ended; no row while it is open (or unknown).
--
-- Locks: nothing. Index: a_run_ends_once.
-- $1 run_id
select status from engine.closed_runs where run_id = $1::uuid
