-- An empty record in the write-ahead log, which gives this transaction a commit that waits for a synchronous standby:
-- one that has written nothing does not.
--
-- Locks: nothing.
select pg_logical_emit_message(true, 'callflex', '')
