-- Activations of some runs that come after what is known of each, the next few of each run: what is read is bounded by
-- the number of runs, and no busy run holds up another.
--
-- Locks: nothing. Index: an_activation_is_recorded_once, one look a run.
-- Arrays: $1 run, $2 first event that is not known; $3 how many of each run
select h.run_id, h.first_event, h.events, h.activation
  from unnest($1::uuid[], $2::integer[]) as x(run_id, next)
 cross join lateral (
       select n.run_id, n.first_event, n.events, n.activation from engine.history n
        where n.run_id = x.run_id and n.first_event >= x.next
        order by n.first_event
        limit $3::integer) h
 order by h.run_id, h.first_event
