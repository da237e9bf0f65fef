-- What histories hold at the places where a batch has tried to write.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- Arrays: $1 run, $2 first event
select h.run_id, h.activation
  from unnest($1::uuid[], $2::integer[]) as x(run_id, first_event)
  join engine.history h on h.run_id = x.run_id and h.first_event = x.first_event
