-- I-23: No errand has waited for more than a minute.
--
-- Locks: nothing. Reads errands.
with bad as (
    select format('errand %s (%s to %s) waits since %s: no worker carries out errands', id, kind, target, since) as example
      from engine.errands
     where since < engine.now() - interval '1 minute'
)
select (select count(*) from engine.errands) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
