-- The time of this transaction by the database's clock.
--
-- Locks: nothing.
select engine.microseconds(engine.now())
