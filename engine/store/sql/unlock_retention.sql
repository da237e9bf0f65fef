-- Lets another session remove what is over.
--
-- Locks: gives lock_retention.sql's back.
select pg_advisory_unlock(hashtextextended('engine.retention', 0))
