-- The newest activation of a run.
--
-- Locks: nothing. Index: an_activation_is_recorded_once, backwards.
-- $1 run_id
select first_event, events, activation from engine.history
 where run_id = $1::uuid order by first_event desc limit 1
