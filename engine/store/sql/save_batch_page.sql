-- What a page has done: the runs, and how far the job has come. The next page is due when the rate allows it.
--
-- Locks: the row of batch_jobs, held by the caller; new rows of batch_runs. Indexes: a_batch_job_is_made_once,
-- a_batch_job_takes_a_run_once.
-- $1 job, $2 last run or null, $3 state, $4 trouble or null, arrays: $5 run, $6 outcome, $7 problem
with taken as (
    insert into engine.batch_runs (job_id, run_id, outcome, problem)
    select $1::uuid, x.run_id, x.outcome, x.problem
      from unnest($5::uuid[], $6::text[], $7::text[]) as x(run_id, outcome, problem)
    returning outcome
),
counted as (
    select count(*) filter (where outcome = 'done') as done, count(*) filter (where outcome = 'skipped') as skipped,
           count(*) filter (where outcome = 'failed') as failed, count(*) as runs
      from taken
)
update engine.batch_jobs j
   set done = j.done + c.done, skipped = j.skipped + c.skipped, failed = j.failed + c.failed,
       last_run = coalesce($2::uuid, j.last_run), state = $3, trouble = $4,
       next_at = case when $3 = 'running' then engine.now() + c.runs / j.per_second * interval '1 second' end,
       ended_at = case when $3 <> 'running' then engine.now() end
  from counted c
 where j.job_id = $1::uuid
