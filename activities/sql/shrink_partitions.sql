-- Serves shrink_partitions: from 64 MiB on, and if at most a fifth is left. Locks: the partitions of one bite and their
-- parents, exclusively, until the transaction ends. $1 now
select dropped, rewritten from engine.shrink_partitions($1::timestamptz - interval '7 days', 64 * 1024 * 1024, 0.2)
