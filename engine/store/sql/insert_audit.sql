-- Records what an operator has done, in the transaction that does it.
--
-- Locks: nothing but its new row.
-- $1 identity, $2 verb, $3 target, $4 reason, $5 details as JSON, $6 the batch job that did it, or null
insert into engine.audit (at, identity, verb, target, reason, details)
values (engine.now(), $1, $2, $3, $4, $5::jsonb || jsonb_strip_nulls(jsonb_build_object('batch', $6::text)))
