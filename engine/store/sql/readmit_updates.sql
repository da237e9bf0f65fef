-- What becomes of a chain's updates when it goes on from an earlier point: those that are delivered again are admitted
-- anew; those that had been accepted before the point, and not answered by then, are accepted by the new run; what else is
-- under way is broken off.
--
-- Locks: updates. Index: an_update_id_is_used_once_in_a_chain.
-- $1 chain, $2 new run, $3 ids delivered again, $4 ids accepted before the point, $5 encoded UpdateCompleted for the rest
update engine.updates u
   set stage = case when u.update_id = any ($3::text[]) then 'admitted'
                    when u.update_id = any ($4::text[]) then 'accepted' else 'aborted' end,
       run_id = case when u.update_id = any ($3::text[] || $4::text[]) then $2::uuid else u.run_id end,
       decided_at = case when u.update_id = any ($3::text[]) then null else coalesce(u.decided_at, engine.now()) end,
       outcome = case when u.update_id = any ($3::text[] || $4::text[]) then null else $5::bytea end,
       ended_at = case when u.update_id = any ($3::text[] || $4::text[]) then null else engine.now() end
 where u.chain_id = $1::uuid
   and (u.update_id = any ($3::text[] || $4::text[]) or u.stage in ('admitted', 'accepted'))
