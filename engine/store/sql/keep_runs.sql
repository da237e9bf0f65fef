-- The fenced update of a batch's runs that stay open: kept, released or blocked. All or nothing: a single lost fence
-- divides by zero (22012), and the whole transaction is rolled back.
--
-- Locks: live_runs by run id (the caller sorts). Index: a_run_is_live_once; owner + 0 hides live_runs_owned, with which
-- this would read all runs of the worker for each of them. A run that is kept changes no indexed column: HOT.
-- $1 worker, $2 batch id, arrays: $3 run, $4 epoch, $5 token, $6 activations before, $7 activations added (0 or 1),
-- $8 events added, $9 inbox head, $10 0 keep 1 release 2 block, $11 wake at
with kept as (
    update engine.live_runs l
       set batch = $2,
           activations = l.activations + x.activations,
           next_event = l.next_event + x.events,
           inbox_head = x.head,
           failures = case when x.next = 2 then l.failures + 1 else 0 end,
           -- A blocked run's code has not been run: whatever it had started here needs rows from the next owner.
           adopt = x.next = 2,
           owner = case when x.next = 0 then l.owner when l.paused then 0 end,
           wake_at = case when x.next = 0 then l.wake_at
                          when x.next = 1 and l.inbox_tail > x.head then engine.now()
                          else x.wake_at end
      from unnest($3::uuid[], $4::integer[], $5::bigint[], $6::integer[], $7::integer[], $8::integer[],
                  $9::bigint[], $10::integer[], $11::timestamptz[])
           as x(run_id, epoch, token, before, activations, events, head, next, wake_at)
     where l.run_id = x.run_id
       and l.owner + 0 = $1::integer and l.epoch = x.epoch and l.token = x.token and l.activations = x.before
    returning 1
)
select 1 / (case when count(*) = cardinality($3::uuid[]) then 1 else 0 end), engine.now() from kept
