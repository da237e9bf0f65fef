-- A data key under another master key.
--
-- Locks: the key. Index: a_data_key_is_made_once.
-- $1 key, $2 id of the master key, $3 wrapped bytes
update engine.payload_keys set master = $2, wrapped = $3::bytea where key_id = $1::uuid and wrapped is not null
