-- The fenced update of a batch's runs that stay open: kept, released or blocked. All or nothing: a single lost fence
-- divides by zero (22012), and the whole transaction is rolled back.
--
-- Locks: live_runs by run id (the caller sorts). Index: a_run_is_live_once; coalesce hides live_runs_owned, with which
-- this would read all owned runs for each of them: planned while nobody owns any, it looks like the smaller one.
-- (owner + 0 does not hide it: that is null for null, so the index' condition is known to hold.)
-- A run that is kept changes no indexed column: HOT.
-- The arrays stand in a select list: in `from`, each would be written to a store of its own first, which doubles what
-- they cost (0.1 us a value).
-- What is only kept, and has nothing new for its row, is held instead (hold_runs.sql).
-- $1 worker, $2 batch id, arrays: $3 run, $4 epoch, $5 token, $6 activations in all, $7 next event, $8 inbox head,
-- $9 0 keep 1 release 2 block, $10 wake at
with kept as (
    update engine.live_runs l
       set batch = $2,
           activations = x.activations,
           next_event = x.next_event,
           inbox_head = x.head,
           failures = case when x.next = 2 then l.failures + 1 else 0 end,
           -- A blocked run's code has not been run: whatever it had started here needs rows from the next owner.
           adopt = x.next = 2,
           owner = case when x.next = 0 then l.owner when l.paused then 0 end,
           wake_at = case when x.next = 0 then l.wake_at
                          when x.next = 1 and l.inbox_tail > x.head then engine.now()
                          else x.wake_at end
      from (select unnest($3::uuid[]) as run_id, unnest($4::integer[]) as epoch, unnest($5::bigint[]) as token,
                   unnest($6::integer[]) as activations, unnest($7::integer[]) as next_event,
                   unnest($8::bigint[]) as head, unnest($9::integer[]) as next, unnest($10::timestamptz[]) as wake_at) x
     where l.run_id = x.run_id
       and coalesce(l.owner, 0) = $1::integer and l.epoch = x.epoch and l.token = x.token
       and l.activations <= x.activations and l.next_event <= x.next_event
    returning 1
)
select 1 / (case when count(*) = cardinality($3::uuid[]) then 1 else 0 end), engine.now() from kept
