-- Serves `webhook endpoint enable`: a fresh start, with a closed circuit. Locks: the endpoint. $1 organization,
-- $2 endpoint.
update app.webhook_endpoints
set status = 'enabled',
    disabled_reason = null,
    consecutive_failures = 0,
    circuit_open_until = null,
    failing_since = null,
    told_owner_at = null,
    updated_at = engine.now()
where organization_id = $1::uuid
  and id = $2::uuid
