-- Serves deliver_webhook: of all that find the circuit half-open, one becomes the probe, and the others wait for what
-- it finds. Locks: the endpoint. No row: somebody else is the probe. $1 organization, $2 endpoint, $3 how long a probe
-- may take, in seconds.
update app.webhook_endpoints
set circuit_open_until = engine.now() + $3::bigint * interval '1 second',
    updated_at = engine.now()
where organization_id = $1::uuid
  and id = $2::uuid
  and circuit_open_until <= engine.now()
returning id
