-- How long no page of any batch job is due: microseconds, null without a job.
--
-- Locks: nothing. Index: batch_jobs_due.
-- $1 the verbs that the caller knows
select engine.microseconds(min(next_at)) - engine.microseconds(engine.now())
  from engine.batch_jobs where next_at is not null and verb = any ($1::text[])
