-- I-1: A workflow id has at most one open run, and the open run is the one that its name points to.
--
-- Locks: nothing. Reads every live row, and its facts through a_run_starts_once.
with open_runs as (
    select r.name_space, r.workflow_id, r.run_id, i.run_id as named
      from engine.live_runs l
      join engine.runs r on r.run_id = l.run_id
      left join engine.workflow_ids i on i.name_space = r.name_space and i.workflow_id = r.workflow_id
), bad as (
    select format('%s: run %s is open, the name points to %s', workflow_id, run_id, named) as example
      from open_runs
     where named is distinct from run_id
)
select (select count(*) from open_runs) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
