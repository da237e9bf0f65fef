-- Items on which a batch job's verb has failed, then those that were skipped.
--
-- Locks: nothing. Index: a_batch_job_takes_an_item_once.
-- $1 job, $2 limit
select run_id, activity, outcome, problem from engine.batch_runs
 where job_id = $1::uuid and outcome in ('failed', 'skipped')
 order by outcome, run_id, activity
 limit $2::integer
