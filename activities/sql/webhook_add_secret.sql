-- Serves `webhook endpoint add` and `rotate`. Locks: the endpoint (key share, by the foreign key). $1 organization,
-- $2 endpoint, $3 id, $4 ciphertext as hexadecimal, $5 the key that sealed it.
insert into app.webhook_endpoint_secrets (organization_id, endpoint_id, id, ciphertext, key_id, created_at)
values ($1::uuid, $2::uuid, $3::uuid, decode($4, 'hex'), $5, engine.now())
