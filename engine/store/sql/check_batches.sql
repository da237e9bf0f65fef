-- I-64: A batch job has counted each of its runs once, and one that is over takes no further page.
--
-- Locks: nothing. Reads every batch job and its runs.
with counted as (
    select j.job_id, j.state, j.next_at, j.done, j.skipped, j.failed,
           count(r.run_id) filter (where r.outcome = 'done') as runs_done,
           count(r.run_id) filter (where r.outcome = 'skipped') as runs_skipped,
           count(r.run_id) filter (where r.outcome = 'failed') as runs_failed
      from engine.batch_jobs j
      left join engine.batch_runs r on r.job_id = j.job_id
     group by j.job_id
), bad as (
    select format('job %s: counted %s, %s, %s; its runs are %s, %s, %s', job_id, done, skipped, failed, runs_done,
                  runs_skipped, runs_failed) as example
      from counted
     where (done, skipped, failed) <> (runs_done, runs_skipped, runs_failed)
        or (state = 'running') <> (next_at is not null)
)
select (select count(*) from counted) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
