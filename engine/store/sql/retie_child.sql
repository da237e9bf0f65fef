-- An open child of a run's chain reports to another run of it from now on; no row if it is not tied to anybody.
--
-- Locks: one row of children. Index: a_child_has_one_parent.
-- $1 child chain, $2 parent run
update engine.children set parent_run = $2::uuid where child_chain = $1::uuid returning child_chain
