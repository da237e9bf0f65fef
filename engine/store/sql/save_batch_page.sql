-- What a page has done: its items, and how far the job has come. The next page is due when the rate allows it.
--
-- Locks: the row of batch_jobs, held by the caller; new rows of batch_runs. Indexes: a_batch_job_is_made_once,
-- a_batch_job_takes_an_item_once.
-- $1 job, $2 last run, $3 the last activity of it or null: all, $4 state, $5 trouble or null, arrays: $6 run, $7 activity,
-- $8 outcome, $9 problem
with taken as (
    insert into engine.batch_runs (job_id, run_id, activity, outcome, problem)
    select $1::uuid, x.run_id, x.activity, x.outcome, x.problem
      from unnest($6::uuid[], $7::integer[], $8::text[], $9::text[]) as x(run_id, activity, outcome, problem)
    returning outcome
),
counted as (
    select count(*) filter (where outcome = 'done') as done, count(*) filter (where outcome = 'skipped') as skipped,
           count(*) filter (where outcome = 'failed') as failed, count(*) as items
      from taken
)
update engine.batch_jobs j
   set done = j.done + c.done, skipped = j.skipped + c.skipped, failed = j.failed + c.failed,
       last_run = $2::uuid, last_activity = $3::integer, state = $4, trouble = $5,
       next_at = case when $4 = 'running' then engine.now() + c.items / j.per_second * interval '1 second' end,
       ended_at = case when $4 <> 'running' then engine.now() end
  from counted c
 where j.job_id = $1::uuid
