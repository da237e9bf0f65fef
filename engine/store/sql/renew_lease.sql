-- Renews a worker's lease; no row if the worker has been declared dead.
--
-- Locks: the worker's row. Index: a_worker_number_is_never_reused.
-- $1 worker
update engine.workers set lease_until = engine.now() + lease
 where worker_no = $1::integer and ended_at is null
returning worker_no
