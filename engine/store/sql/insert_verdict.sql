-- What a check of a build has found.
--
-- Locks: nothing but its new row.
-- $1 queue, $2 build, $3 when (microseconds), $4 open runs, $5 broken among them, $6 closed runs, $7 broken among them,
-- $8 types[], $9 builds[], $10 breakages as JSON
insert into engine.verdicts
       (queue, build, at, passed, open_runs, broken_runs, closed_runs, closed_broken, types, builds, breakages)
values ($1, $2, engine.moment($3::bigint), $5::integer = 0, $4::integer, $5::integer, $6::integer, $7::integer,
        $8::text[], $9::text[], $10::jsonb)
returning verdict_no
