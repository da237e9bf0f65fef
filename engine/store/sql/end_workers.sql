-- Ends registrations: after a drain, or because the processes are dead. From now on their leases cannot be renewed.
--
-- Locks: workers in key order. Index: a_worker_number_is_never_reused.
-- $1 workers
update engine.workers set ended_at = engine.now()
 where worker_no = any ($1::integer[]) and ended_at is null
returning worker_no
