-- A new current data key; nothing when there is one already.
--
-- Locks: the new row. Index: payload_keys_current finds the other one.
-- $1 key, $2 tenant, $3 subject, $4 id of the master key, $5 wrapped bytes
insert into engine.payload_keys (key_id, tenant, subject, master, wrapped, created_at)
values ($1::uuid, $2, $3, $4, $5::bytea, engine.now())
on conflict do nothing
