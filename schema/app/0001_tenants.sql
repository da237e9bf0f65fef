-- Who uses CallFlex: reference data, organizations, their secrets, assistants and numbers.
--
-- Ids are UUIDv7, made by the program. Every tenant-owned table has organization_id first in its key, so that row-level
-- security, cells and distribution by organization fit without a rewrite. Money is in integer cents (vendor cost: in
-- micro-dollars), time is timestamptz.

create schema if not exists app authorization callflex_owner;

-- Ids made by statements, as the program makes them: milliseconds first, so that rows of one time lie together.
create function app.uuid_v7() returns uuid
    language sql
    volatile
    set search_path = pg_catalog, pg_temp
as $$
    select encode(set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid
$$;

-- Strict E.164. Local input is normalised at the edges; nothing else is ever stored.
create domain app.phone_number as text
    constraint phone_numbers_are_e164 check (value ~ '^\+[1-9][0-9]{6,14}$');

create table app.industries (
    slug     text primary key,
    name     text not null,
    position smallint not null
);

create table app.plans (
    slug                     text primary key,
    name                     text not null,
    position                 smallint not null,
    monthly_price_cents      bigint not null,
    included_minutes         integer not null,
    overage_cents_per_minute integer not null,
    phone_numbers_max        integer not null,
    assistants_max           integer not null,
    members_max              integer not null,
    constraint plan_prices_are_not_negative
        check (monthly_price_cents >= 0 and included_minutes >= 0 and overage_cents_per_minute >= 0),
    constraint plan_limits_are_positive
        check (phone_numbers_max > 0 and assistants_max > 0 and members_max > 0)
);

insert into app.industries (slug, name, position) values
    ('logistics', 'Logistics and trucking', 1),
    ('legal', 'Law firms', 2),
    ('healthcare', 'Healthcare practices', 3),
    ('home-services', 'Home services', 4),
    ('restaurants', 'Restaurants', 5),
    ('general', 'General business', 6);

insert into app.plans (slug, name, position, monthly_price_cents, included_minutes, overage_cents_per_minute,
                       phone_numbers_max, assistants_max, members_max) values
    ('starter', 'Starter', 1, 4900, 200, 20, 1, 1, 3),
    ('growth', 'Growth', 2, 14900, 750, 15, 3, 5, 10),
    ('scale', 'Scale', 3, 39900, 2500, 12, 10, 25, 50);

create table app.organizations (
    id                          uuid primary key,
    name                        text not null,
    slug                        text not null,
    status                      text not null default 'trialing',
    industry                    text not null default 'general' references app.industries,
    plan                        text not null default 'starter' references app.plans,
    stripe_customer_id          text,
    stripe_subscription_id      text,
    stripe_subscription_item_id text,
    billing_period_start        timestamptz not null,
    billing_period_end          timestamptz not null,
    time_zone                   text not null default 'UTC',  -- IANA name: texts to people show local time
    -- {"notifications": {"sms": ["+1..."], "email": ["..."]}, "transfer_numbers": {...}, "business_hours": {...},
    --  "voice": {...}, "overage_policy": "..."}; every member is optional.
    settings                    jsonb not null default '{}',
    created_at                  timestamptz not null default now(),
    updated_at                  timestamptz not null default now(),
    constraint organization_slugs_are_unique unique (slug),
    constraint organization_status_is_known check (status in ('trialing', 'active', 'past_due', 'canceled')),
    constraint billing_periods_have_a_length check (billing_period_end > billing_period_start),
    constraint organization_settings_are_an_object check (jsonb_typeof(settings) = 'object')
);

create unique index organizations_by_stripe_customer on app.organizations (stripe_customer_id)
    where stripe_customer_id is not null;

-- Signing secrets, encrypted by the program (activities/secrets/secret_box.hpp). Several may be active while one is rotated.
create table app.organization_secrets (
    organization_id uuid not null references app.organizations,
    id              uuid not null,
    vendor          text not null,
    ciphertext      bytea not null,           -- nonce, then the sealed secret
    key_id          text not null,            -- which master key sealed it
    active          boolean not null default true,
    created_at      timestamptz not null default now(),
    retired_at      timestamptz,
    constraint organization_secrets_pkey primary key (organization_id, vendor, id),
    constraint secret_vendor_is_known check (vendor in ('vapi', 'twilio', 'stripe', 'resend', 'integration')),
    constraint retired_secrets_are_inactive check (active = (retired_at is null))
);

create table app.assistants (
    organization_id   uuid not null references app.organizations,
    id                uuid not null,
    name              text not null,
    template          text,                   -- slug of the template it was made from; null when custom
    variables         jsonb not null default '{}',
    prompt            text not null,          -- rendered
    first_message     text not null,
    voice             jsonb not null default '{}',
    functions         text[] not null default '{}',
    status            text not null default 'draft',
    vapi_assistant_id text,
    sync_state        text not null default 'pending',
    sync_error        text,
    synced_at         timestamptz,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    constraint assistants_pkey primary key (organization_id, id),
    constraint assistant_status_is_known check (status in ('draft', 'active', 'paused')),
    constraint assistant_sync_state_is_known check (sync_state in ('pending', 'synced', 'failed')),
    constraint failed_syncs_say_why check (sync_state <> 'failed' or sync_error is not null)
);

create unique index assistants_by_vapi_id on app.assistants (vapi_assistant_id) where vapi_assistant_id is not null;

create table app.phone_numbers (
    organization_id      uuid not null references app.organizations,
    id                   uuid not null,
    number               app.phone_number not null,
    label                text not null default '',
    twilio_sid           text,
    vapi_phone_number_id text,
    assistant_id         uuid,
    routing              jsonb not null default '[]',  -- rules by schedule, first match wins
    status               text not null default 'active',
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    constraint phone_numbers_pkey primary key (organization_id, id),
    constraint phone_numbers_belong_to_their_assistant
        foreign key (organization_id, assistant_id) references app.assistants (organization_id, id),
    constraint phone_number_status_is_known check (status in ('provisioning', 'active', 'released'))
);

-- A released number may be bought again, by anybody.
create unique index phone_numbers_in_use on app.phone_numbers (number) where status <> 'released';
create unique index phone_numbers_by_vapi_id on app.phone_numbers (vapi_phone_number_id)
    where vapi_phone_number_id is not null and status <> 'released';
