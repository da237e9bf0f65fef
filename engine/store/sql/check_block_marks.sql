-- I-24: A run has a block mark exactly while its activations fail, with the same count.
--
-- Locks: nothing. Reads live_runs and blocked.
with marks as (
    select l.run_id, l.failures, b.failures as marked
      from engine.live_runs l
      full join engine.blocked b on b.run_id = l.run_id
), bad as (
    select format('run %s: %s failures, %s marked', run_id, failures, marked) as example
      from marks
     where coalesce(failures, 0) <> coalesce(marked, 0)
)
select (select count(*) from marks) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
