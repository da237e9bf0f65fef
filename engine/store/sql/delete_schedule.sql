-- A schedule with what waits in it. Its runs go on.
--
-- Locks: the row, its buffer and its watched runs. Index: a_schedule_has_one_row, and their primary keys.
-- $1 schedule_id
delete from engine.schedules where schedule_id = $1
