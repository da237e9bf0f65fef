-- A large payload that is about to be used once more: no sweep takes it. One row if it is there, none if not.
--
-- Locks: the payload's row. Index: a_payload_is_stored_once.
-- $1 digest
update engine.payloads set touched_at = engine.now() where digest = $1::bytea and bytes is not null
