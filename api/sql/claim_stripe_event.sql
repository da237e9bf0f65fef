-- An event has found its organization. Locks: its row (already held). Index: inbound_webhooks_pkey. $1 event,
-- $2 organization.
update app.inbound_webhooks
set organization_id = $2::uuid, outcome = 'accepted'
where vendor = 'stripe' and dedupe_key = $1
