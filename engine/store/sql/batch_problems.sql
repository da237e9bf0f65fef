-- Runs on which a batch job's verb has failed.
--
-- Locks: nothing. Index: a_batch_job_takes_a_run_once.
-- $1 job, $2 limit
select run_id, problem from engine.batch_runs
 where job_id = $1::uuid and outcome = 'failed' order by run_id limit $2::integer
