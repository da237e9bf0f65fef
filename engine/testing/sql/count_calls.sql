-- How often a fake has been called, and with which outcome.
--
-- Locks: nothing. Index: calls_of_activity.
-- $1 activity
select count(*), count(*) filter (where outcome = 'done'), count(*) filter (where outcome = 'failed')
  from testing.calls where activity = $1
