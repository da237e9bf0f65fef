-- Serves `webhook endpoint remove`: with its secrets, deliveries and attempts. Locks: all of them. $1 organization,
-- $2 endpoint.
delete from app.webhook_endpoints
where organization_id = $1::uuid
  and id = $2::uuid
