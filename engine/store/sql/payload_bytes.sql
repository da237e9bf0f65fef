-- A large payload.
--
-- Locks: nothing. Index: a_payload_is_stored_once.
-- $1 digest
select bytes from engine.payloads where digest = $1::bytea
