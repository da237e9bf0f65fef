-- What the run that takes an open one's place inherits of its live row.
--
-- Locks: nothing; the caller holds the live row. Index: a_run_is_live_once.
-- $1 run_id
select priority, fairness_weight, fairness_key from engine.live_runs where run_id = $1::uuid
