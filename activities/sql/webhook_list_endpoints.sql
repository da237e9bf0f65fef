-- Serves `webhook endpoint list` and `show`: endpoints with what waits for them and what has died. Locks nothing;
-- counts by the index webhook_deliveries_by_endpoint. $1 organization, $2 one endpoint, or null for all.
select id, url, description, array_to_string(event_types, ',') as event_types, status, disabled_reason, max_in_flight,
       allow_http, headers_ciphertext is not null as has_headers, consecutive_failures,
       engine.microseconds(circuit_open_until) as circuit_open_until, coalesce(circuit_open_until > engine.now(), false) as open,
       engine.microseconds(failing_since) as failing_since, engine.microseconds(last_success_at) as last_success_at,
       engine.microseconds(last_failure_at) as last_failure_at, engine.microseconds(created_at) as created_at,
       (select count(*) from app.webhook_deliveries d
         where d.organization_id = $1::uuid and d.endpoint_id = e.id and d.status = 'pending') as pending,
       (select count(*) from app.webhook_deliveries d
         where d.organization_id = $1::uuid and d.endpoint_id = e.id and d.status = 'dead') as dead,
       (select count(*) from app.webhook_endpoint_secrets s
         where s.organization_id = $1::uuid and s.endpoint_id = e.id
           and (s.expires_at is null or s.expires_at > engine.now())) as active_secrets
from app.webhook_endpoints e
where organization_id = $1::uuid
  and ($2::uuid is null or id = $2::uuid)
order by created_at, id
