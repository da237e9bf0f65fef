-- A batch job whose next page may be taken, held until the end of the transaction.
--
-- Locks: one row of batch_jobs, skipping those that other workers are at. Index: batch_jobs_due.
-- $1 the verbs that the caller knows: other jobs are left to newer programs
select job_id, verb, filter, name_space, arguments, reason, identity, per_second,
       engine.microseconds(created_at) as created_at, last_run, last_activity
  from engine.batch_jobs
 where next_at <= engine.now() and verb = any ($1::text[])
 order by next_at
 limit 1
   for update skip locked
