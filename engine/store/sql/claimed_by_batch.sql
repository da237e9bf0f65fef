-- The runs that a batch has claimed, for a caller who has not got its answer.
--
-- Locks: live_runs of this worker and token. Index: live_runs_owned.
-- $1 worker, $2 token
select engine.now(), run_id, chain_id, tenant, epoch, activations, next_event, inbox_head, inbox_tail, adopt, failures,
       wake_at, null::bytea
  from engine.live_runs where owner = $1::integer and token = $2::bigint order by run_id for update
