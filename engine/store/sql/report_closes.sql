-- Tells parents how their children's chains have closed: an errand each, unless the parent's chain has let the child go.
-- The child's row goes with it, so a close is reported once.
--
-- Locks: children; the live rows are held by the caller's transaction. Index: a_child_has_one_parent.
-- Arrays: $1 child chain, $2 parent run, $3 tenant, $4 encoded ChildCompleted or ChildFailed
with untied as (
    delete from engine.children k
     using unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[]) as x(child_chain, parent_run, tenant, event)
     where k.child_chain = any ($1::uuid[]) and k.child_chain = x.child_chain
    returning k.parent_run, x.tenant, x.event
)
insert into engine.errands (kind, target, tenant, event, since)
select 'message', parent_run, tenant, event, engine.now() from untied
