-- The time of the database in microseconds. Locks: none.
select engine.microseconds(engine.now())
