-- I-47: An update belongs to a run; one under way to an open chain, an accepted one to the open run that took it on.
--
-- Locks: nothing. Reads updates, runs, and every live row.
with chains as materialized (
    select run_id, chain_id from engine.live_runs
), bad as (
    select format('update %s of chain %s (%s) has no run', update_id, chain_id, stage) as example
      from engine.updates u
     where chain_id not in (select r.chain_id from engine.runs r)
     union all
    select format('update %s of chain %s is %s, and the chain is not open', update_id, chain_id, stage)
      from engine.updates u
     where stage in ('admitted', 'accepted') and chain_id not in (select chain_id from chains)
     union all
    select format('update %s is accepted by run %s, which has ended', update_id, run_id)
      from engine.updates u
     where stage = 'accepted' and chain_id in (select chain_id from chains)
       and run_id not in (select run_id from chains)
)
select (select count(*) from engine.updates) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
