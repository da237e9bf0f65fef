-- Pauses an open run and takes it away from the worker that holds it, whose commit will find its fence gone. What that
-- worker ran for it gets rows from the next owner. No row if the run is not that worker's any more.
--
-- Locks: the live row, then its row in paused. Index: a_run_is_live_once.
-- $1 run_id, $2 worker, $3 who, $4 why
with held as materialized (
    select run_id from engine.live_runs
     where run_id = $1::uuid and coalesce(owner, 0) = $2::integer and not paused
       for no key update
), taken as (
    update engine.live_runs l
       set paused = true, owner = 0, epoch = l.epoch + 1, adopt = true,
           activations = greatest(e.activations, l.activations), next_event = greatest(e.next_event, l.next_event)
      from held h
     cross join lateral engine.readable_history_end(h.run_id) e
     where l.run_id = h.run_id
    returning l.run_id
)
insert into engine.paused (run_id, since, identity, reason)
select run_id, engine.now(), $3, $4 from taken
returning run_id
