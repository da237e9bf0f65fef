-- Totals of the server, and of the database named by $1. Locks: none.
select (pg_current_wal_insert_lsn() - pg_lsn '0/0')::bigint as wal_bytes,
       w.wal_records,
       w.wal_fpi as wal_full_pages,
       d.blks_hit + d.blks_read as buffers,
       d.xact_commit + d.xact_rollback as transactions,
       pg_database_size(d.datid) as disk_bytes
  from pg_stat_wal w, pg_stat_database d
 where d.datname = $1
