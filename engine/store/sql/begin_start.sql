-- The time of this transaction by the database's clock, and the backend that serves it.
--
-- Locks: nothing.
select engine.microseconds(engine.now()), pg_backend_pid()
