-- Serves bury_webhook. Locks: the delivery. A repeat changes nothing, and a delivered one stays delivered. No row:
-- nothing was buried. $1 organization, $2 delivery, $3 'dead' or 'canceled', $4 reason.
update app.webhook_deliveries
set status = $3,
    last_error = coalesce($4, last_error),
    next_attempt_at = null,
    finished_at = engine.now()
where organization_id = $1::uuid
  and id = $2::uuid
  and status = 'pending'
returning endpoint_id, event_id, event_type, attempts
