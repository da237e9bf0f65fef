-- Serves `webhook delivery list`. Locks nothing; by webhook_deliveries_by_status or _by_endpoint. $1 organization,
-- $2 status or null, $3 endpoint or null, $4 id of the last one of the page before or null, $5 how many.
select id, endpoint_id, event_id, event_type, status, attempts, redeliveries, last_error,
       engine.microseconds(next_attempt_at) as next_attempt_at, engine.microseconds(created_at) as created_at,
       engine.microseconds(finished_at) as finished_at
from app.webhook_deliveries
where organization_id = $1::uuid
  and ($2::text is null or status = $2)
  and ($3::uuid is null or endpoint_id = $3::uuid)
  and ($4::uuid is null or (created_at, id) < (select before.created_at, before.id from app.webhook_deliveries before
                                                where before.organization_id = $1::uuid and before.id = $4::uuid))
order by created_at desc, id desc
limit $5::integer
