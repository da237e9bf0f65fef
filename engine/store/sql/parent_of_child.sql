-- Who waits for a chain that is a child: none if it is none, or if its parent's chain has let it go.
--
-- Locks: nothing; the caller holds the live row. Index: a_child_has_one_parent.
-- $1 child chain
select parent_run, initiated from engine.children where child_chain = $1::uuid
