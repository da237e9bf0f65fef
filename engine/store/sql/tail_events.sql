-- Activations of some runs that come after what is known of each, a page of them.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- Arrays: $1 run, $2 first event that is not known; $3 limit
select h.run_id, h.first_event, h.events, h.activation
  from unnest($1::uuid[], $2::integer[]) as x(run_id, next)
  join engine.history h on h.run_id = x.run_id and h.first_event >= x.next
 order by h.run_id, h.first_event
 limit $3::integer
