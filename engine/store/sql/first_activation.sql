-- How a run began: its activation 0.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- $1 run_id
select activation from engine.history where run_id = $1::uuid and first_event = 1
