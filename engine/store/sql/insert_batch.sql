-- Makes a batch job, due at once; one that was made already stays as it is.
--
-- Locks: a new row. Index: a_batch_job_is_made_once.
-- $1 job, $2 verb, $3 filter, $4 name_space, $5 arguments, $6 reason, $7 identity, $8 per second, $9 total
insert into engine.batch_jobs
       (job_id, verb, filter, name_space, arguments, reason, identity, per_second, created_at, next_at, total)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8::double precision, engine.now(), engine.now(), $9::bigint)
on conflict do nothing
