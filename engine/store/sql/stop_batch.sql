-- Ends a batch job that is under way: no further page is taken.
--
-- Locks: the row of batch_jobs; waits for a page that is being taken. Index: a_batch_job_is_made_once.
-- $1 job
update engine.batch_jobs
   set state = 'stopped', next_at = null, ended_at = engine.now()
 where job_id = $1::uuid and state = 'running'
