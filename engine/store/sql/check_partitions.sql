-- I-39: The partitions of this month and the next three exist, and none of them is a DEFAULT one.
--
-- Locks: nothing. Reads the catalogue.
with wanted as (
    select p.parent, to_char(date_trunc('month', engine.now() at time zone 'UTC') + n.n * interval '1 month',
                             '_YYYY_MM') as month
      from unnest(array['history', 'runs', 'closed_runs', 'message_ids', 'published']) as p(parent),
           generate_series(0, 3) as n(n)
), bad as (
    select format('engine.%s%s is missing: run callflex migrate', parent, month) as example
      from wanted
     where to_regclass('engine.' || parent || month) is null
     union all
    select format('%s has a DEFAULT partition', partrelid::regclass)
      from pg_partitioned_table
     where partdefid <> 0
)
select (select count(*) from wanted) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
