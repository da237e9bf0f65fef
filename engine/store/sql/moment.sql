-- The time of this transaction by the database's clock, as a timestamp.
--
-- Locks: nothing.
select engine.now()
