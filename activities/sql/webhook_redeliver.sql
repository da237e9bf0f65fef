-- Serves `webhook delivery redeliver`: back to pending, with a number for its next run. Locks: the delivery. No row: it
-- is under way, was removed, or never was. $1 organization, $2 delivery.
update app.webhook_deliveries d
set status = 'pending',
    redeliveries = redeliveries + 1,
    next_attempt_at = engine.now(),
    finished_at = null
from app.webhook_endpoints e
where d.organization_id = $1::uuid
  and d.id = $2::uuid
  and d.status <> 'pending'
  and e.organization_id = d.organization_id
  and e.id = d.endpoint_id
returning d.redeliveries, d.attempts, d.endpoint_id, e.max_in_flight
