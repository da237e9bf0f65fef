-- Serves `webhook delivery show`: the delivery's tries, in order. Locks nothing; by primary key. $1 organization,
-- $2 delivery.
select attempt, engine.microseconds(at) as at, outcome, status_code, latency_ms, error, answer
from app.webhook_attempts
where organization_id = $1::uuid
  and delivery_id = $2::uuid
order by attempt
