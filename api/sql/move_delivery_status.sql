-- What a vendor's status callback says about a message whose row is there already; never back from a final status.
-- Locks: the notification. Index: notifications_by_vendor_message. $1 vendor message id, $2 status, $3 error or null
update app.notifications
set status = $2, error = $3, updated_at = now()
where vendor_message_id = $1 and channel = 'sms' and status not in ('delivered', 'undelivered', 'failed')
  and status <> $2
