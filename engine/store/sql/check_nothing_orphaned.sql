-- I-21: Every waiting message, activity row and block mark belongs to an open run.
--
-- Locks: nothing. Reads inbox, activities and blocked; live_runs through a_run_is_live_once.
with belongings as (
    select 'message' as what, run_id from engine.inbox
     union all
    select 'activity row', run_id from engine.activities
     union all
    select 'block mark', run_id from engine.blocked
), bad as (
    select format('%s of run %s, which is not open', b.what, b.run_id) as example
      from belongings b
     where not exists (select from engine.live_runs l where l.run_id = b.run_id)
)
select (select count(*) from belongings) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
