-- The live rows of a batch, held for the moment of comparison: a transaction of ours that is still running on the
-- server is waited for.
--
-- Locks: live_runs in key order. Index: a_run_is_live_once.
-- $1 runs
select run_id, owner, epoch, token, batch, activations, inbox_tail, engine.now()
  from engine.live_runs where run_id = any ($1::uuid[]) order by run_id for update
