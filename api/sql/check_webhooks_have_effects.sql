-- I-32: Every report of a call that was accepted has its call, and the call has ended.
--
-- That an ended call has its run, once, is I-45 and I-1. Only reports of the last seven days: calls are kept longer.
-- Locks: nothing. Reads accepted reports, and call_refs and calls by their keys.
with reports as (
    select w.organization_id, w.dedupe_key,
           substring(w.dedupe_key from '^[^:]*:(.*):report$') as vendor_call_id
      from app.inbound_webhooks w
     where w.vendor = 'vapi' and w.outcome = 'accepted'
       and w.received_at > engine.now() - interval '7 days' and w.dedupe_key like w.organization_id || ':%:report'
), bad as (
    select format('organization %s: report of call %s was accepted, %s', r.organization_id, r.vendor_call_id,
                  case when f.call_id is null then 'and nobody knows that call' else 'and the call has not ended' end)
               as example
      from reports r
      left join app.call_refs f on f.vendor = 'vapi' and f.vendor_call_id = r.vendor_call_id
      left join app.calls c
        on c.organization_id = f.organization_id and c.started_at = f.started_at and c.id = f.call_id
     where f.call_id is null or (c.id is not null and c.status <> 'ended')
)
select (select count(*) from reports) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
