-- The event that comes next in the history of each of some runs.
--
-- Locks: nothing. Index: an_activation_is_recorded_once.
-- $1 runs
select h.run_id, max(h.first_event + h.events)
  from engine.history h
 where h.run_id = any ($1::uuid[])
 group by h.run_id
