-- Serves deliver_webhook after a 2xx: closes the circuit. Locks: the endpoint, but not at every success of one that is
-- well anyway. $1 organization, $2 endpoint.
update app.webhook_endpoints
set consecutive_failures = 0,
    circuit_open_until = null,
    failing_since = null,
    told_owner_at = null,
    last_success_at = engine.now()
where organization_id = $1::uuid
  and id = $2::uuid
  and (consecutive_failures > 0 or circuit_open_until is not null or last_success_at is null
       or last_success_at < engine.now() - interval '1 minute')
