-- Bytes of write-ahead log since the cluster was made. Locks: none.
select (pg_current_wal_insert_lsn() - pg_lsn '0/0')::bigint
