-- A new schedule; nothing if it exists.
--
-- Locks: its new row. Index: a_schedule_has_one_row. Times in microseconds.
-- $1 schedule_id, $2 spec, $3 next_nominal, $4 next_at
insert into engine.schedules (schedule_id, spec, next_nominal, next_at, created_at, updated_at)
values ($1, $2, engine.moment($3), engine.moment($4), engine.now(), engine.now())
on conflict do nothing
