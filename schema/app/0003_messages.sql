-- What comes in, what goes out, and what dashboards watch.

-- The dedupe ledger of webhooks, kept 30 days. Insert with `on conflict do nothing` in the transaction of the effect;
-- on conflict answer as the first time and stop. Key by vendor: vapi "<organization>:<call id>:report",
-- "<organization>:<call id>:status:<status>" (a tenant must not be able to use up another's keys).
create table app.inbound_webhooks (
    vendor          text not null,
    dedupe_key      text not null,
    organization_id uuid references app.organizations,  -- null for vendors that do not say
    event_type      text not null,
    body            bytea not null,          -- exactly as received
    headers         jsonb not null,          -- those that verification needed, without secrets
    digest          bytea not null,          -- sha256 of the body: shows a repeat with other content
    outcome         text not null,
    received_at     timestamptz not null default now(),
    constraint inbound_webhooks_pkey primary key (vendor, dedupe_key),
    constraint webhook_digests_are_sha256 check (length(digest) = 32)
);

-- Arrival order is disk order: retention finds old rows by a tiny index that inserts hardly touch.
create index inbound_webhooks_by_time on app.inbound_webhooks using brin (received_at);

-- Every SMS and e-mail that was tried: keyed by the business fact ("<call id>/sms/+1555..."), never by the attempt.
create table app.notifications (
    organization_id   uuid not null references app.organizations,
    idempotency_key   text not null,
    channel           text not null,
    recipient         text not null,
    vendor_message_id text,
    status            text not null,
    error             text,
    call_id           uuid,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    constraint notifications_pkey primary key (organization_id, idempotency_key),
    constraint notification_channel_is_known check (channel in ('sms', 'email')),
    constraint notification_status_is_known
        check (status in ('sent', 'delivered', 'undelivered', 'failed', 'outcome_unknown')),
    constraint unsent_notifications_say_why check (status not in ('failed', 'outcome_unknown') or error is not null)
);

-- Status callbacks come with the vendor's id only.
create index notifications_by_vendor_message on app.notifications (vendor_message_id)
    where vendor_message_id is not null;
create index notifications_by_call on app.notifications (organization_id, call_id) where call_id is not null;

-- Append-only, short retention. A reader resumes after an id, and stops before the first row whose transaction may
-- still be followed by a smaller id: written_by < pg_snapshot_xmin(pg_current_snapshot()).
create table app.live_events (
    organization_id uuid not null references app.organizations,
    id              bigint generated always as identity,
    type            text not null,
    payload         jsonb not null,
    at              timestamptz not null default now(),
    written_by      xid8 not null default pg_current_xact_id(),
    constraint live_events_pkey primary key (organization_id, id)
);

create index live_events_by_time on app.live_events using brin (at);

-- The application's role owns nothing; reference data is not its to change, and readers never see secrets.
grant usage on schema app to callflex_app, callflex_readonly;
grant select, insert, update, delete on all tables in schema app to callflex_app;
grant usage on all sequences in schema app to callflex_app;
revoke insert, update, delete on app.industries, app.plans from callflex_app;
grant select on all tables in schema app to callflex_readonly;
revoke all on app.organization_secrets from callflex_readonly;
revoke all on function app.create_partitions(integer, integer, timestamptz) from public;
grant execute on function app.create_partitions(integer, integer, timestamptz) to callflex_app;
