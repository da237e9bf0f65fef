-- Serves `webhook endpoint rotate`: every secret so far works until the overlap ends, and no longer than before.
-- Locks: the endpoint's secrets. $1 organization, $2 endpoint, $3 overlap in seconds.
update app.webhook_endpoint_secrets
set expires_at = least(expires_at, engine.now() + $3::bigint * interval '1 second')
where organization_id = $1::uuid
  and endpoint_id = $2::uuid
