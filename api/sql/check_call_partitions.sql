-- I-69: The partitions of this month and the next three exist for calls, and there is no DEFAULT one.
--
-- The engine's own are I-39.
-- Locks: nothing. Reads the catalogue.
with wanted as (
    select to_char(date_trunc('month', engine.now() at time zone 'UTC') + n.n * interval '1 month',
                   '"calls"_YYYY_MM') as child
      from generate_series(0, 3) as n(n)
), bad as (
    select format('app.%s is missing: run callflex migrate', child) as example
      from wanted
     where not exists (select from pg_inherits i
                        where i.inhparent = 'app.calls'::regclass and i.inhrelid = to_regclass('app.' || child))
     union all
    select format('%s has a DEFAULT partition', partrelid::regclass)
      from pg_partitioned_table
     where partdefid <> 0 and partrelid = 'app.calls'::regclass
)
select (select count(*) from wanted) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
