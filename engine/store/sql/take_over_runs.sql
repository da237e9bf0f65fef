-- Gives the runs of dead workers back: claimable now (blocked ones at their moment), to be adopted.
--
-- Locks: live_runs, skipping locked rows; how long the histories are is looked at after that. Indexes: live_runs_owned,
-- an_activation_is_recorded_once.
-- $1 dead workers, $2 limit
with taken as materialized (
    select run_id from engine.live_runs where owner = any ($1::integer[])
     order by run_id limit $2::integer for update skip locked
)
update engine.live_runs l
   set owner = case when l.paused then 0 end, adopt = true,
       activations = greatest(e.activations, l.activations),
       next_event = greatest(e.next_event, l.next_event),
       wake_at = case when l.failures > 0 then greatest(l.wake_at, engine.now()) else engine.now() end
  from taken t
 cross join lateral engine.readable_history_end(t.run_id) e
 where l.run_id = t.run_id
returning l.queue
