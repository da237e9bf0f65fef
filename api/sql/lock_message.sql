-- See activities/sql/lock_messages.sql. Locks: advisory, until the transaction's end. $1 vendor message id
select pg_advisory_xact_lock(hashtextextended('message:' || $1, 0))
