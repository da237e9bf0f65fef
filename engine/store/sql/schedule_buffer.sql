-- What waits in a schedule, in the order in which it will be decided upon. The caller holds the schedule's row.
--
-- Locks: nothing. Index: a_nominal_time_waits_once.
-- $1 schedule_id
select engine.microseconds(nominal) as nominal, origin, overlap
  from engine.schedule_buffer
 where schedule_id = $1
 order by schedule_id, nominal, origin
