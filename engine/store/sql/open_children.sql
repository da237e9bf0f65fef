-- The open children of a run's chain, oldest first.
--
-- Locks: nothing. Indexes: a_run_starts_once, children_of_chain.
-- $1 run
select k.child_chain, k.parent_run, k.initiated, k.workflow_id, k.parent_close
  from engine.runs r
  join engine.children k on k.parent_chain = r.chain_id
 where r.run_id = $1::uuid
 order by k.child_chain
