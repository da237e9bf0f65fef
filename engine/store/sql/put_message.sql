-- Puts a message into the inbox of an open run, and wakes it: see engine.put_message.
--
-- Locks: the live row (held by the caller already), the new inbox row. Index: a_run_is_live_once.
-- $1 run, $2 encoded event
select engine.put_message($1::uuid, $2::bytea, false)
