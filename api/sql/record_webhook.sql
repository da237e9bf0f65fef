-- The dedupe row of one webhook; no row in the answer when it was seen before. A copy that is being committed elsewhere is
-- waited for.
-- Locks: the new row. Index: inbound_webhooks_pkey.
-- $1 vendor, $2 dedupe key, $3 organization or null, $4 event type, $5 body, $6 headers, $7 digest, $8 outcome, $9 received at
insert into app.inbound_webhooks (vendor, dedupe_key, organization_id, event_type, body, headers, digest, outcome,
                                  received_at)
values ($1, $2, $3::uuid, $4, $5::bytea, $6::jsonb, $7::bytea, $8, $9::timestamptz)
on conflict do nothing
returning true
