-- Where the history of a run ends that the caller holds (lock_live_run.sql): activations, and the next event's id.
--
-- Locks: nothing. Index: an_activation_is_recorded_once. A statement of its own: its snapshot is younger than the lock.
-- $1 run_id
select activations, next_event from engine.history_end($1::uuid)
