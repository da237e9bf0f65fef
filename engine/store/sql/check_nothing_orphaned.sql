-- I-21: Every waiting message, activity row, block mark and tie to a child belongs to what is open.
--
-- Locks: nothing. Reads inbox, activities, blocked and children, and every live row; errands by an_errand_is_run_once.
with chains as materialized (
    select chain_id from engine.live_runs
), belongings as (
    select 'message for run' as what, run_id as whose, chain_id in (select chain_id from chains) as is_open
      from engine.inbox
     union all
    select 'activity row of run', run_id, exists (select from engine.live_runs l where l.run_id = a.run_id)
      from engine.activities a
     union all
    select 'block mark of run', run_id, exists (select from engine.live_runs l where l.run_id = b.run_id)
      from engine.blocked b
     union all
    select 'tie to the child chain', child_chain, child_chain in (select chain_id from chains)
      from engine.children
     union all
    select 'tie to the parent chain', parent_chain,
           parent_chain in (select chain_id from chains)
           or exists (select from engine.errands e where e.kind = 'closed' and e.target = k.parent_chain)
      from engine.children k
), bad as (
    select format('%s %s, which is not open', what, whose) as example from belongings where not is_open
)
select (select count(*) from belongings) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
