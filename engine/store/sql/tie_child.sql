-- Ties an open child that had been let go to its parent's chain again.
--
-- Locks: a new row; the child's live row is held by the caller. Index: a_child_has_one_parent.
-- $1 child chain, $2 parent chain, $3 parent run, $4 initiated, $5 workflow id, $6 parent-close policy
insert into engine.children (child_chain, parent_chain, parent_run, initiated, name_space, workflow_id, parent_close)
select $1::uuid, $2::uuid, $3::uuid, $4::integer, r.name_space, $5, $6 from engine.runs r where r.run_id = $1::uuid
