-- Activations of a run from an event on, oldest first.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- $1 run_id, $2 first event at least
select first_event, events, activation from engine.history
 where run_id = $1::uuid and first_event >= $2::integer order by first_event
