-- Makes a build known to its queue because a run was given to it; one that is known stays as it is.
--
-- Locks: a new row. Index: a_build_is_let_in_once.
-- $1 queue, $2 build, $3 reason
insert into engine.builds (queue, build, forced, let_in_at, left_at)
values ($1, $2, $3, engine.now(), engine.now())
on conflict do nothing
