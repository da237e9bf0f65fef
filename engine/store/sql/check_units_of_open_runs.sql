-- I-57: Only open runs hold units of semaphores or wait for them.
--
-- Locks: nothing. Index: a_run_is_live_once. A run's row takes its requests along (engine.give_units_back).
with bad as (
    select format('run %s: request %s of %s units of semaphore %s is left, but the run has ended', r.run_id, r.request,
                  r.units, r.resource) as example
      from engine.semaphore_requests r
     where not exists (select from engine.live_runs l where l.run_id = r.run_id and l.holds_units)
)
select (select count(*) from engine.semaphore_requests) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
