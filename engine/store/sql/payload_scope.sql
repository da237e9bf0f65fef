-- Whose payloads an open or closed run's are: its tenant, and its start, which names the person.
--
-- Locks: nothing. Indexes: a_run_starts_once, an_activation_is_recorded_once.
-- $1 run
select r.tenant, h.activation
  from engine.runs r
  join engine.history h on h.run_id = r.run_id and h.first_event = 1
 where r.run_id = $1::uuid
