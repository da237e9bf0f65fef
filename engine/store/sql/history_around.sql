-- The activations of a run from the one that holds an event.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- $1 run, $2 event
select first_event, events, activation from engine.history
 where run_id = $1::uuid
   and first_event >= (select max(first_event) from engine.history where run_id = $1::uuid and first_event <= $2::integer)
 order by first_event
