-- Serves deliver_webhook, before anything is sent. Locks: the delivery, then the attempt. An attempt that a dead worker
-- left under way begins again. $1 organization, $2 delivery, $3 attempt.
with delivery as (
    update app.webhook_deliveries
    set attempts = greatest(attempts, $3::integer),
        next_attempt_at = null
    where organization_id = $1::uuid
      and id = $2::uuid
    returning organization_id, id
)
insert into app.webhook_attempts (organization_id, delivery_id, attempt, at, latency_ms, error)
select organization_id, id, $3::integer, engine.now(), 0, 'under way, or its worker died'
from delivery
on conflict on constraint webhook_attempts_pkey do update
set at = excluded.at
