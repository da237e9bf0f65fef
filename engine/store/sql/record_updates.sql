-- What activations have made of updates: accepted, completed, rejected or broken off.
--
-- Locks: updates; the live rows are held by the caller's transaction. Index: an_update_id_is_used_once_in_a_chain.
-- Arrays: $1 chain, $2 update id, $3 run, $4 stage, $5 encoded UpdateCompleted or null
update engine.updates u
   set stage = x.stage, run_id = x.run_id, outcome = x.outcome,
       decided_at = coalesce(u.decided_at, engine.now()),
       ended_at = case when x.outcome is not null then engine.now() end
  from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bytea[])
       as x(chain_id, update_id, run_id, stage, outcome)
 where u.chain_id = x.chain_id and u.update_id = x.update_id
