-- Serves deliver_webhook when another one has become the probe: until when to wait. Locks nothing. $1 organization,
-- $2 endpoint.
select engine.microseconds(coalesce(circuit_open_until, engine.now())) as open_until
from app.webhook_endpoints
where organization_id = $1::uuid
  and id = $2::uuid
