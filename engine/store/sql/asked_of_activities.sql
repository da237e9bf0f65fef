-- Which running attempts are asked to stop, for good or to begin anew: for those of which no sign of life is awaited and
-- that have none to give. Nothing is written for them.
--
-- Locks: nothing. Index: an_activity_has_one_row, once for each.
-- $1 worker, arrays: $2 run, $3 activity, $4 epoch, $5 token
select a.run_id, a.activity, a.cancel_requested, a.after_attempt = 'restart'
  from unnest($2::uuid[], $3::integer[], $4::integer[], $5::bigint[]) as x(run_id, activity, epoch, token)
 cross join lateral (
           select * from engine.activities a
            where a.run_id = x.run_id and a.activity = x.activity
           offset 0) as a
 where a.owner = $1::integer and a.epoch = x.epoch and a.token = x.token
