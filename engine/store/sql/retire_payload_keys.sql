-- Current data keys seal nothing any more.
--
-- Locks: payload_keys. Index: payload_keys_current.
-- $1 tenant or null: all
update engine.payload_keys set retired_at = engine.now()
 where retired_at is null and erased_at is null and ($1::text is null or tenant = $1)
