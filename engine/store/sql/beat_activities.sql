-- Signs of life of running attempts, under their fence; tells which are asked to stop, for good or to begin anew.
--
-- Locks: activities (the caller sorts). Index: an_activity_has_one_row.
-- $1 worker, arrays: $2 run, $3 activity, $4 epoch, $5 token, $6 details or null
update engine.activities a
   set heartbeat_due = engine.now() + a.heartbeat,
       heartbeat_details = coalesce(x.details, a.heartbeat_details)
  from unnest($2::uuid[], $3::integer[], $4::integer[], $5::bigint[], $6::text[])
    as x(run_id, activity, epoch, token, details)
 where a.run_id = x.run_id and a.activity = x.activity
   and coalesce(a.owner, 0) = $1::integer and a.epoch = x.epoch and a.token = x.token
returning a.run_id, a.activity, a.cancel_requested, a.after_attempt = 'restart'
