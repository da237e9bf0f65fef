-- I-61: A run that a ramp has given to a build is free again within a minute of the ramp's end.
--
-- Locks: nothing. Reads live_runs_by_build.
with ramped as (
    select l.run_id, l.build, l.owner, b.left_at
      from engine.live_runs l
      left join engine.builds b on b.queue = l.queue and b.build = l.build
     where l.build is not null and not l.pinned
), bad as (
    select format('run %s: waits for build %s, whose ramp is over since %s', run_id, build, left_at) as example
      from ramped
     where owner is null and left_at < engine.now() - interval '1 minute'
)
select (select count(*) from ramped) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
