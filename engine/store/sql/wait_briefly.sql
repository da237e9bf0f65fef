-- This transaction waits for no lock longer than that.
--
-- Locks: nothing.
-- $1 lock_timeout
select set_config('lock_timeout', $1, true)
