-- Serves deliver_webhook: everything that the try needs, and what stands in its way. Locks nothing; by primary keys.
-- No row: the endpoint was removed. $1 organization, $2 delivery, $3 number of the attempt.
select d.endpoint_id, d.status, d.event_id, d.event_type, d.body, e.url, e.allow_http, e.status as endpoint_status,
       e.disabled_reason, encode(e.headers_ciphertext, 'hex') as headers_ciphertext, e.headers_key_id,
       e.circuit_open_until is not null as tripped,
       coalesce(e.circuit_open_until > engine.now(), false) as open,
       engine.microseconds(e.circuit_open_until) as open_until,
       a.outcome, a.status_code, a.error
from app.webhook_deliveries d
join app.webhook_endpoints e on e.organization_id = d.organization_id and e.id = d.endpoint_id
left join app.webhook_attempts a
       on a.organization_id = d.organization_id and a.delivery_id = d.id and a.attempt = $3::integer
where d.organization_id = $1::uuid
  and d.id = $2::uuid
