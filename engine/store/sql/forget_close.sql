-- A chain that had closed goes on: what its close had ordered for its children, and nobody has carried out, is off.
--
-- Locks: errands. Index: an_errand_is_run_once, all of its closes.
-- $1 chain
delete from engine.errands where kind = 'closed' and target = $1::uuid
