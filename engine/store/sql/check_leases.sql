-- I-22: Nobody owns anything a minute after his lease was over.
--
-- Locks: nothing. Reads live_runs (live_runs_owned), activities (activities_owned) and workers.
with owners as (
    select 'run' as what, run_id, owner from engine.live_runs where owner is not null and owner <> 0
     union all
    select 'activity of run', run_id, owner from engine.activities where owner is not null
), bad as (
    select format('%s %s is owned by worker %s, whose lease ended %s', o.what, o.run_id, o.owner,
                  w.lease_until) as example
      from owners o
      left join engine.workers w on w.worker_no = o.owner
     where w.worker_no is null or w.lease_until < engine.now() - interval '1 minute'
)
select (select count(*) from owners) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
