-- Whether this session is the one that removes what is over; the others come another time.
--
-- Locks: an advisory lock until unlock_retention.sql, or until the session ends: exports between transactions take time.
select pg_try_advisory_lock(hashtextextended('engine.retention', 0))
