-- I-54: An operator's order waits only for an activity that has no row.
--
-- Locks: nothing. Reads every order; index: an_activity_has_one_row.
with bad as (
    select format('run %s: activity %s has a row, and an order that was not applied to it', o.run_id, o.activity)
               as example
      from engine.activity_orders o join engine.activities a using (run_id, activity)
)
select (select count(*) from engine.activity_orders) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
