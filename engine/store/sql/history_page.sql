-- Some activations of a run, from the one that holds an event on, oldest first. Costs what it returns, wherever it begins.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- $1 run_id, $2 event, $3 how many at most
select first_event, events, activation from engine.history
 where run_id = $1::uuid
   and first_event >= coalesce((select h.first_event from engine.history h
                                 where h.run_id = $1::uuid and h.first_event <= $2::integer
                                 order by h.first_event desc limit 1), 1)
 order by first_event limit $3::integer
