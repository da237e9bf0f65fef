-- Serves deliver_webhook when nothing was sent after all, because others are at that address. Locks: the delivery, the
-- attempt. $1 organization, $2 delivery, $3 attempt.
with delivery as (
    update app.webhook_deliveries
    set attempts = $3::integer - 1
    where organization_id = $1::uuid
      and id = $2::uuid
      and attempts = $3::integer
)
delete from app.webhook_attempts
where organization_id = $1::uuid
  and delivery_id = $2::uuid
  and attempt = $3::integer
  and outcome = 'under way'
