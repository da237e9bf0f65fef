-- Serves `webhook delivery show`. Locks nothing; by primary key. $1 organization, $2 delivery.
select id, endpoint_id, event_id, event_type, status, attempts, redeliveries, last_error, body,
       engine.microseconds(next_attempt_at) as next_attempt_at, engine.microseconds(created_at) as created_at,
       engine.microseconds(finished_at) as finished_at
from app.webhook_deliveries
where organization_id = $1::uuid
  and id = $2::uuid
