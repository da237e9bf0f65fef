-- Serves deliver_webhook: what came of the try. Locks: the attempt, then the delivery. $1 organization, $2 delivery,
-- $3 attempt, $4 outcome, $5 status code or null, $6 milliseconds, $7 error or null, $8 excerpt of the answer or null,
-- $9 microseconds until the next try or null.
with attempt as (
    update app.webhook_attempts
    set outcome = $4,
        status_code = $5::integer,
        latency_ms = $6::integer,
        error = $7,
        answer = $8
    where organization_id = $1::uuid
      and delivery_id = $2::uuid
      and attempt = $3::integer
)
update app.webhook_deliveries
set status = case when $4 = 'delivered' then 'delivered' else status end,
    finished_at = case when $4 = 'delivered' then engine.now() end,
    last_error = $7,
    next_attempt_at = engine.now() + $9::bigint * interval '1 microsecond'
where organization_id = $1::uuid
  and id = $2::uuid
