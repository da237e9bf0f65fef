-- Serves deliver_webhook after a failed try: counts it, opens the circuit at the threshold (for twice as long after each
-- further failure), and disables what has failed for too long, or said 410. Locks: the endpoint. $1 organization,
-- $2 endpoint, $3 threshold, $4 first and $5 longest time of an open circuit in seconds, $6 hours after which it is
-- disabled, $7 why it is disabled now, or null.
update app.webhook_endpoints
set consecutive_failures = consecutive_failures + 1,
    failing_since = coalesce(failing_since, engine.now()),
    last_failure_at = engine.now(),
    circuit_open_until = case when consecutive_failures + 1 >= $3::integer then
        engine.now() + least($5::bigint, $4::bigint * 2 ^ least(consecutive_failures + 1 - $3::integer, 20))
                       * interval '1 second' end,
    status = case when gone then 'disabled' else status end,
    disabled_reason = case when gone then coalesce(disabled_reason, $7, 'every try has failed for ' || $6 || ' hours')
                           else disabled_reason end,
    updated_at = engine.now()
from (select id as judged,
             $7::text is not null or failing_since < engine.now() - $6::bigint * interval '1 hour' as gone
        from app.webhook_endpoints
       where organization_id = $1::uuid and id = $2::uuid
         for update) as verdict
where organization_id = $1::uuid
  and id = $2::uuid
returning status, disabled_reason
