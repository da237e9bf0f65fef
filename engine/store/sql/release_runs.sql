-- Gives runs back, claimable now unless they are blocked (they keep their moment). Losers are none of our business.
--
-- Locks: live_runs by run id (the caller sorts). Index: a_run_is_live_once.
-- $1 worker, arrays: $2 run, $3 epoch, $4 token
update engine.live_runs l
   set owner = case when l.paused then 0 end,
       wake_at = case when l.failures > 0 then greatest(l.wake_at, engine.now()) else engine.now() end
  from unnest($2::uuid[], $3::integer[], $4::bigint[]) as x(run_id, epoch, token)
 where l.run_id = x.run_id and coalesce(l.owner, 0) = $1::integer and l.epoch = x.epoch and l.token = x.token
