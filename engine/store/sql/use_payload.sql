-- One more run uses a large payload that is stored already.
--
-- Locks: the new row. Index: a_run_uses_a_payload_once.
-- $1 run, $2 digest
insert into engine.payload_uses (run_id, digest) values ($1::uuid, $2::bytea) on conflict do nothing
