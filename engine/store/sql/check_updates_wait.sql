-- I-48: An admitted update waits in the inbox of its chain, once; one that has been decided does not.
--
-- Locks: nothing. Reads inbox, and updates by updates_under_way and an_update_id_is_used_once_in_a_chain.
with waiting as (
    select chain_id, convert_from(event, 'UTF8')::json ->> 'id' as update_id, count(*) as times
      from engine.inbox
     where convert_from(event, 'UTF8')::json ->> 'k' = 'UpdateAccepted'
     group by 1, 2
), bad as (
    select format('update %s of chain %s is admitted, and waits %s times', u.update_id, u.chain_id,
                  coalesce(w.times, 0)) as example
      from engine.updates u
      left join waiting w on w.chain_id = u.chain_id and w.update_id = u.update_id
     where u.stage = 'admitted' and w.times is distinct from 1
     union all
    select format('update %s of chain %s waits, and is %s', u.update_id, u.chain_id, u.stage)
      from waiting w
      join engine.updates u on u.chain_id = w.chain_id and u.update_id = w.update_id
     where u.stage <> 'admitted'
)
select (select count(*) from engine.updates where stage = 'admitted') as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
