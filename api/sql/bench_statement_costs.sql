-- What each statement of this database has cost, the dearest first. Locks: none.
select query, calls, total_exec_time as milliseconds, rows, wal_bytes, shared_blks_hit + shared_blks_read as buffers
  from pg_stat_statements
 where dbid = (select oid from pg_database where datname = current_database())
 order by total_exec_time desc
