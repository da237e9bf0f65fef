-- Asks children to stop: an errand for each that is still tied to its parent.
--
-- Locks: new rows. Index: a_child_has_one_parent.
-- Arrays: $1 child chain, $2 tenant, $3 encoded CancelRequested
insert into engine.errands (kind, target, tenant, event, since)
select 'cancel', x.child_chain, x.tenant, x.event, engine.now()
  from unnest($1::uuid[], $2::text[], $3::bytea[]) as x(child_chain, tenant, event)
 where (select k.child_chain from engine.children k where k.child_chain = x.child_chain) is not null
