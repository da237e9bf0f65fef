-- One data key, whatever its state.
--
-- Locks: nothing. Index: a_data_key_is_made_once.
-- $1 key
select key_id, tenant, subject, master, wrapped from engine.payload_keys where key_id = $1::uuid
