-- Lets a build in, for a verdict or a reason; again, if it was in before.
--
-- Locks: the build's row. Index: a_build_is_let_in_once.
-- $1 queue, $2 build, $3 verdict or null, $4 reason or null
insert into engine.builds (queue, build, verdict_no, passed, forced, let_in_at)
values ($1, $2, $3::bigint, case when $3::bigint is not null then true end, $4, engine.now())
on conflict (queue, build) do update
   set verdict_no = excluded.verdict_no, passed = excluded.passed, forced = excluded.forced,
       let_in_at = excluded.let_in_at, left_at = null
