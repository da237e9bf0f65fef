-- I-52: A chain has at most one open run, and what was reset says which run goes on.
--
-- Locks: nothing. Reads every live row, and the last activations of runs that were terminated (closed_runs).
with chains as (
    select chain_id, count(*) as open_runs from engine.live_runs group by chain_id
), replaced as (
    select c.run_id, (e.fields ->> 'reset_to')::uuid as next
      from engine.closed_runs c
      join engine.history_events e on e.run_id = c.run_id and e.kind = 'WorkflowTerminated'
     where c.status = 'terminated' and e.fields ->> 'reset_to' is not null
), bad as (
    select format('chain %s: %s open runs', chain_id, open_runs) as example from chains where open_runs > 1
     union all
    select format('run %s: the run %s that it was reset to is not of its chain', p.run_id, p.next)
      from replaced p
      join engine.runs r on r.run_id = p.run_id
     where exists (select from engine.runs n where n.run_id = p.next and n.chain_id <> r.chain_id)
)
select (select count(*) from chains) + (select count(*) from replaced) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
