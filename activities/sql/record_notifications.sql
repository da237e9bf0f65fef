-- Serves record_notifications, after lock_messages. Locks: the notifications, by key. A repeat writes the same. What the
-- carrier has reported stands: in the row, or, if it came before the row, in the ledger of webhooks.
-- Index: inbound_webhooks_pkey. $1 organization, $2 call, $3 a JSON list of notifications.
insert into app.notifications (organization_id, idempotency_key, channel, recipient, vendor_message_id, status, error,
                               call_id)
select $1::uuid, sent.idempotency_key, sent.channel, sent.recipient, sent.vendor_message_id,
       coalesce(reported.status, sent.status),
       case when reported.status is null then sent.error
            when reported.status <> 'delivered' then 'the carrier did not deliver it' end,
       $2::uuid
from jsonb_to_recordset($3::jsonb) as sent (idempotency_key text, channel text, recipient text,
                                            vendor_message_id text, status text, error text)
left join lateral (
    select split_part(w.dedupe_key, ':', 2) as status
    from app.inbound_webhooks w
    where w.vendor = 'twilio'
      -- As one array: joined to a list, they may be looked for in the whole ledger.
      and w.dedupe_key = any (array[sent.vendor_message_id || ':delivered', sent.vendor_message_id || ':undelivered',
                                    sent.vendor_message_id || ':failed'])
      and w.organization_id = $1::uuid
    order by w.dedupe_key
    limit 1) as reported on sent.channel = 'sms'
order by sent.idempotency_key
on conflict on constraint notifications_pkey do update
set vendor_message_id = excluded.vendor_message_id,
    status = excluded.status,
    error = excluded.error,
    updated_at = now()
where notifications.status not in ('delivered', 'undelivered')
