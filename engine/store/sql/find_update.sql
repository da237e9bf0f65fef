-- What has become of an update, and whether the run that it waits for is still open.
--
-- Locks: nothing. Indexes: a_run_starts_once, an_update_id_is_used_once_in_a_chain,
-- a_workflow_id_names_one_run_at_a_time, a_run_is_live_once.
-- $1 a run of the chain, $2 update id
select u.chain_id, u.run_id, u.name, u.stage, u.outcome,
       case when u.stage = 'admitted'
            then exists (select from engine.workflow_ids i
                           join engine.live_runs l on l.run_id = i.run_id and l.chain_id = r.chain_id
                          where i.name_space = r.name_space and i.workflow_id = r.workflow_id)
            else exists (select from engine.live_runs l where l.run_id = u.run_id) end as open
  from engine.runs r
  join engine.updates u on u.chain_id = r.chain_id and u.update_id = $2
 where r.run_id = $1::uuid
