-- The data key that seals for a tenant and a subject.
--
-- Locks: nothing. Index: payload_keys_current.
-- $1 tenant, $2 subject
select key_id, tenant, subject, master, wrapped from engine.payload_keys
 where tenant = $1 and subject = $2 and retired_at is null and erased_at is null
