-- I-1: A workflow id has at most one open run, the one that its name points to; a start request has made one run.
--
-- Request ids may come back once they are forgotten (by default after 400 days), so only starts within 30 days of each
-- other are held against each other.
-- Locks: nothing. Reads every live row, and every run once.
with open_runs as (
    select r.name_space, r.workflow_id, r.run_id, i.run_id as named
      from engine.live_runs l
      join engine.runs r on r.run_id = l.run_id
      left join engine.workflow_ids i on i.name_space = r.name_space and i.workflow_id = r.workflow_id
), requests as (
    select name_space, workflow_id, request_id, run_id, started_at,
           lag(started_at) over (partition by name_space, workflow_id, request_id order by started_at, run_id) as before
      from engine.runs
     where request_id <> '' and chain_id = run_id
), bad as (
    select format('%s: run %s is open, the name points to %s', workflow_id, run_id, named) as example
      from open_runs
     where named is distinct from run_id
     union all
    select format('%s: run %s was started by request %s, which had started another one', workflow_id, run_id,
                  request_id)
      from requests
     where started_at - before < interval '30 days'
)
select (select count(*) from open_runs) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
