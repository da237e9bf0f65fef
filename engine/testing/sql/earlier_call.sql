-- What became of the earlier attempts of an activity; what is done, first.
--
-- Locks: nothing. Index: calls_of_activity.
-- $1 activity, $2 key
select outcome, output from testing.calls
 where activity = $1 and key = $2 and outcome <> 'failed'
 order by outcome, call_no
 limit 1
