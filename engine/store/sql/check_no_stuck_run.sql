-- I-20: No open run with something to do is beyond everybody's reach.
--
-- Locks: nothing. Reads every live row.
with open_runs as (
    select l.run_id, l.owner, l.wake_at, l.inbox_head, l.inbox_tail, l.failures, w.ended_at
      from engine.live_runs l
      left join engine.workers w on w.worker_no = l.owner
), bad as (
    select format('run %s: %s', run_id,
                  case when owner is not null then format('owned by worker %s, which has ended', owner)
                       when failures > 0 then 'blocked, and never tried again'
                       else 'a message waits and nothing wakes it' end) as example
      from open_runs
     where (owner is not null and ended_at is not null)
        or (owner is null and wake_at is null and (inbox_tail > inbox_head or failures > 0))
)
select (select count(*) from open_runs) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
