-- What a fake has been asked, in order.
--
-- Locks: nothing. Index: calls_of_activity.
-- $1 activity
select input from testing.calls where activity = $1 order by call_no
