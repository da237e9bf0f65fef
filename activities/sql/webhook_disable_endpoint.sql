-- Serves `webhook endpoint disable`. Locks: the endpoint. $1 organization, $2 endpoint, $3 reason.
update app.webhook_endpoints
set status = 'disabled',
    disabled_reason = $3,
    updated_at = engine.now()
where organization_id = $1::uuid
  and id = $2::uuid
