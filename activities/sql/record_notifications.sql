-- Serves record_notifications. Locks: the notifications, by key. A repeat writes the same; what a delivery callback has
-- said meanwhile stands. $1 organization, $2 call, $3 a JSON list of notifications.
insert into app.notifications (organization_id, idempotency_key, channel, recipient, vendor_message_id, status, error,
                               call_id)
select $1::uuid, idempotency_key, channel, recipient, vendor_message_id, status, error, $2::uuid
from jsonb_to_recordset($3::jsonb) as sent (idempotency_key text, channel text, recipient text,
                                            vendor_message_id text, status text, error text)
order by idempotency_key
on conflict on constraint notifications_pkey do update
set vendor_message_id = excluded.vendor_message_id,
    status = excluded.status,
    error = excluded.error,
    updated_at = now()
where notifications.status not in ('delivered', 'undelivered')
