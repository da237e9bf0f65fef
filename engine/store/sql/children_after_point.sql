-- Unties the children that some runs of a chain have started, but for those that stay; says which they were.
--
-- Locks: children. Index: children_of_chain.
-- $1 parent chain, $2 parent runs, $3 child chains that stay
delete from engine.children k
 where k.parent_chain = $1::uuid and k.parent_run = any ($2::uuid[]) and k.child_chain <> all ($3::uuid[])
returning k.child_chain, k.name_space, k.workflow_id
