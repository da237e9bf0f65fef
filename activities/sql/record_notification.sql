-- Serves record_notification. Locks: the notification. A repeat writes the same; a delivery that was reported already
-- stands. $1 organization, $2 key, $3 channel, $4 recipient, $5 vendor message id, $6 status, $7 error, $8 call
insert into app.notifications (organization_id, idempotency_key, channel, recipient, vendor_message_id, status, error,
                               call_id)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8::uuid)
on conflict on constraint notifications_pkey do update
set vendor_message_id = coalesce(excluded.vendor_message_id, notifications.vendor_message_id),
    status = excluded.status,
    error = excluded.error,
    updated_at = now()
where notifications.status not in ('delivered', 'undelivered')
