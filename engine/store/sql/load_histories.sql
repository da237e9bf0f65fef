-- Whole histories of several runs, oldest activation first.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- $1 runs
select h.run_id, h.first_event, h.events, h.activation
  from unnest($1::uuid[]) as x(run_id)
  join engine.history h on h.run_id = x.run_id
 order by h.run_id, h.first_event
