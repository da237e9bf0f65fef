-- Keeps a webhook that the database refused, with the reason, under a key of its own: the true key stays
-- free for a repeat after the cause is mended.
-- Locks: one row of inbound_webhooks.
insert into app.inbound_webhooks (vendor, dedupe_key, organization_id, event_type, body, headers, digest,
                                  outcome, received_at)
values ('vapi', $1 || ':refused:' || encode($5::bytea, 'hex'), $2::uuid, $3, $4::bytea, $6::jsonb,
        $5::bytea, $7, $8::timestamptz)
on conflict do nothing;
