-- The same spec with its input sealed: nobody has changed anything. The caller holds the row.
--
-- Locks: the row. Index: a_schedule_has_one_row.
-- $1 schedule_id, $2 spec
update engine.schedules set spec = $2 where schedule_id = $1
