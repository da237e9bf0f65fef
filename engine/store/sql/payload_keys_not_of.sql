-- Data keys that another master key wraps.
--
-- Locks: the keys it returns. Reads payload_keys.
-- $1 id of the master key, $2 how many at most
select key_id, tenant, subject, master, wrapped from engine.payload_keys
 where master <> $1 and wrapped is not null order by key_id limit $2::integer for update
