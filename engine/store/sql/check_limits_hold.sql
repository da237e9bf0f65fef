-- I-42: Of the activities with one limit key no more run at once than the key allows.
--
-- Locks: nothing. Index: activities_under_limit. Slots are not stored, so what can be wrong is the number that runs.
with used as (
    select k.limit_key, k.highest_concurrency as allowed,
           (select count(*) from engine.activities a where a.limit_key = k.limit_key and a.owner is not null) as running
      from engine.limits k
), bad as (
    select format('limit key %s: %s attempts run, %s are allowed', limit_key, running, allowed) as example
      from used
     where running > allowed
)
select (select count(*) from used) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
