-- Whether this transaction is the one that removes what is over; the others come another time.
--
-- Locks: an advisory lock until the end of the transaction.
select pg_try_advisory_xact_lock(hashtextextended('engine.retention', 0))
