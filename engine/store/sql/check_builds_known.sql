-- I-59: An open run belongs to a build only if that build was let in on its queue.
--
-- Locks: nothing. Reads live_runs_by_build.
with belonging as (
    select l.run_id, l.queue, l.build, b.build is not null as known
      from engine.live_runs l
      left join engine.builds b on b.queue = l.queue and b.build = l.build
     where l.build is not null
), bad as (
    select format('run %s: belongs to build %s, which was never let in on queue %s', run_id, build, queue) as example
      from belonging where not known
)
select (select count(*) from belonging) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
