-- Batch jobs, newest first; or one of them.
--
-- Locks: nothing. Index: a_batch_job_is_made_once, backwards: ids begin with the time.
-- $1 job or null, $2 limit
select job_id, verb, filter, name_space, arguments, reason, identity, per_second, state, total, done, skipped, failed,
       engine.microseconds(created_at) as created_at, engine.microseconds(ended_at) as ended_at, trouble,
       engine.microseconds(engine.now()) as now
  from engine.batch_jobs
 where $1::uuid is null or job_id = $1::uuid
 order by job_id desc
 limit $2::integer
