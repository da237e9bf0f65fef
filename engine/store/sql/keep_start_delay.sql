-- The message that a run was started with does not end the delay of its start. The run is new in this transaction.
--
-- Locks: the live row, which nobody else can know. Index: a_run_is_live_once.
-- $1 run_id, $2 delay in microseconds
update engine.live_runs set wake_at = engine.now() + $2::bigint * interval '1 microsecond' where run_id = $1::uuid
