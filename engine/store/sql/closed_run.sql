-- How a run ended, with its last activation (nulls without one); no row while it is open (or unknown).
--
-- Locks: nothing. Indexes: a_run_ends_once; an_activation_is_recorded_once, backwards.
-- $1 run_id
select h.first_event, h.events, h.activation, c.status
  from engine.closed_runs c
  left join lateral (
           select first_event, events, activation from engine.history
            where run_id = $1::uuid order by first_event desc limit 1) as h on true
 where c.run_id = $1::uuid
