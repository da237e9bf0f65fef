-- Gives runs back, claimable now unless they are blocked (they keep their moment). Losers are none of our business.
--
-- Locks: live_runs by run id (the caller sorts); how long the histories are is looked at after that. Indexes:
-- a_run_is_live_once, an_activation_is_recorded_once.
-- $1 worker, arrays: $2 run, $3 epoch, $4 token
with held as materialized (
    select l.run_id
      from unnest($2::uuid[], $3::integer[], $4::bigint[]) as x(run_id, epoch, token)
      join engine.live_runs l on l.run_id = x.run_id
     where coalesce(l.owner, 0) = $1::integer and l.epoch = x.epoch and l.token = x.token
       for no key update of l
)
update engine.live_runs l
   set owner = case when l.paused then 0 end,
       adopt = l.adopt or e.next_event is null,
       activations = greatest(e.activations, l.activations),
       next_event = greatest(e.next_event, l.next_event),
       wake_at = case when l.failures > 0 then greatest(l.wake_at, engine.now()) else engine.now() end
  from held h
 cross join lateral engine.readable_history_end(h.run_id) e
 where l.run_id = h.run_id
