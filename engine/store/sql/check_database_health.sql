-- I-40: No invalid index, no prepared transaction, nobody idle in a transaction for a minute, no snapshot older than an hour.
--
-- Locks: nothing. Reads the catalogue and pg_stat_activity (which tells an ordinary role about its own sessions only).
with looked_at as (
    select format('index %s is invalid: drop it', indexrelid::regclass) as example, not indisvalid as bad
      from pg_index
     union all
    select format('transaction %s is prepared since %s', gid, prepared), true
      from pg_prepared_xacts
     where database = current_database()
     union all
    select format('session %s (%s) is idle in a transaction since %s', pid, application_name, state_change),
           state like 'idle in transaction%' and state_change < now() - interval '1 minute'
      from pg_stat_activity
     where datname = current_database()
     union all
    select format('session %s (%s) holds a snapshot since %s', pid, application_name, xact_start),
           backend_xmin is not null and xact_start < now() - interval '1 hour'
      from pg_stat_activity
     where datname = current_database()
)
select (select count(*) from looked_at) as checked,
       (select count(*) from looked_at where bad) as violated,
       (select string_agg(example, e'\n') from (select example from looked_at where bad limit 5) b) as examples
