-- Those of some runs that are open, held until the end of the transaction.
--
-- Locks: live_runs in key order. Index: a_run_is_live_once.
-- $1 runs
select run_id from engine.live_runs where run_id = any ($1::uuid[]) order by run_id for update
