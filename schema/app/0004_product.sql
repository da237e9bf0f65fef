-- The rest of the product's tables: people, templates, what happens during a call, customers' endpoints, money.
-- Keys begin with organization_id, as everywhere. Isolation between organizations follows in 0005.

alter table app.organizations
    drop constraint organization_status_is_known,
    add constraint organization_status_is_known
        check (status in ('trialing', 'active', 'past_due', 'restricted', 'canceled'));
create index organizations_by_period_end on app.organizations (billing_period_end);

-- People --------------------------------------------------------------------------------------------------------------

create table app.users (
    id            uuid primary key,
    email         text not null,             -- lower case
    name          text not null default '',
    password_hash text,                      -- null until a password is set
    created_at    timestamptz not null default now(),
    constraint user_emails_are_unique unique (email),
    constraint user_emails_are_lower_case check (email = lower(email) and email like '%@%')
);

create table app.organization_members (
    organization_id uuid not null references app.organizations,
    user_id         uuid not null references app.users,
    role            text not null,
    created_at      timestamptz not null default now(),
    constraint organization_members_pkey primary key (organization_id, user_id),
    constraint member_role_is_known check (role in ('owner', 'admin', 'member', 'viewer'))
);
create index organization_members_by_user on app.organization_members (user_id);

-- Templates: reference data, seeded by a migration of its own ---------------------------------------------------------

create table app.templates (
    slug          text primary key,
    industry      text not null references app.industries,
    name          text not null,
    description   text not null,
    system_prompt text not null,             -- with {{variable}} placeholders
    first_message text not null,             -- likewise
    variables     jsonb not null,            -- JSON Schema of an object; see activities/templates
    voice         jsonb not null default '{}',
    model         text not null default '',  -- '': the configured default
    functions     text[] not null default '{}',
    use_count     bigint not null default 0,
    active        boolean not null default true,
    created_at    timestamptz not null default now(),
    constraint template_variables_are_an_object check (jsonb_typeof(variables) = 'object')
);

-- What the AI did during a call ---------------------------------------------------------------------------------------

create table app.call_actions (
    organization_id uuid not null references app.organizations,
    id              uuid not null,
    vendor_call_id  text not null,           -- the call may not be known yet: app.call_refs gives its key
    tool_call_id    text not null,           -- the vendor's; for older messages a digest of what was asked
    type            text not null,
    data            jsonb not null default '{}',
    status          text not null,
    result          text not null,           -- what the AI was told to say
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    constraint call_actions_pkey primary key (organization_id, id),
    constraint a_tool_call_acts_once unique (organization_id, vendor_call_id, tool_call_id),
    constraint action_type_is_known check (type in ('transferCall', 'logDriverCallout', 'scheduleCallback', 'takeMessage',
                                                    'bookAppointment', 'unknown')),
    constraint action_status_is_known check (status in ('pending', 'completed', 'refused', 'failed'))
);

-- Customers' own tools ------------------------------------------------------------------------------------------------

create table app.integrations (
    organization_id uuid not null references app.organizations,
    id              uuid not null,
    provider        text not null,           -- 'zapier' and the like: the last but one part of the path
    status          text not null default 'active',
    -- {"start": {"workflow": "...", ...}} or {"signal": {"workflow_id": "...", "name": "..."}}
    config          jsonb not null default '{}',
    credentials     bytea,                   -- sealed like organization_secrets.ciphertext
    key_id          text,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    constraint integrations_pkey primary key (organization_id, id),
    constraint one_integration_a_provider unique (organization_id, provider),
    constraint integration_status_is_known check (status in ('active', 'paused'))
);

-- Outgoing webhooks ---------------------------------------------------------------------------------------------------

create table app.webhook_endpoints (
    organization_id      uuid not null references app.organizations,
    id                   uuid not null,
    url                  text not null,
    description          text not null default '',
    event_types          text[] not null default '{}',  -- empty: all of them
    status               text not null default 'enabled',
    disabled_reason      text,
    max_in_flight        integer not null default 2,
    consecutive_failures integer not null default 0,
    circuit_open_until   timestamptz,        -- null: closed
    last_success_at      timestamptz,
    last_failure_at      timestamptz,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    constraint webhook_endpoints_pkey primary key (organization_id, id),
    constraint endpoint_status_is_known check (status in ('enabled', 'disabled')),
    constraint disabled_endpoints_say_why check ((status = 'disabled') = (disabled_reason is not null)),
    constraint endpoint_concurrency_is_1_to_4 check (max_in_flight between 1 and 4)
);

-- Several may be active while one is rotated: a delivery is signed with all of them.
create table app.webhook_endpoint_secrets (
    organization_id uuid not null,
    endpoint_id     uuid not null,
    id              uuid not null,
    ciphertext      bytea not null,
    key_id          text not null,
    created_at      timestamptz not null default now(),
    expires_at      timestamptz,             -- null: until it is rotated
    constraint webhook_endpoint_secrets_pkey primary key (organization_id, endpoint_id, id),
    constraint secrets_belong_to_their_endpoint
        foreign key (organization_id, endpoint_id) references app.webhook_endpoints (organization_id, id)
        on delete cascade
);

create table app.webhook_deliveries (
    organization_id uuid not null,
    id              uuid not null,           -- also in the workflow's id: webhook-<id>
    endpoint_id     uuid not null,
    event_id        text not null,           -- "msg_..." without a dot: the receiver's dedupe key, the same at every try
    event_type      text not null,
    body            text not null,           -- byte for byte what is signed and sent
    status          text not null default 'pending',
    attempts        integer not null default 0,
    next_attempt_at timestamptz,
    last_error      text,
    created_at      timestamptz not null default now(),
    finished_at     timestamptz,
    constraint webhook_deliveries_pkey primary key (organization_id, id),
    constraint one_delivery_an_event_and_endpoint unique (organization_id, endpoint_id, event_id),
    constraint deliveries_belong_to_their_endpoint
        foreign key (organization_id, endpoint_id) references app.webhook_endpoints (organization_id, id)
        on delete cascade,
    constraint delivery_status_is_known check (status in ('pending', 'delivered', 'dead', 'canceled'))
);
create index webhook_deliveries_by_status on app.webhook_deliveries (organization_id, status, created_at);

create table app.webhook_attempts (
    organization_id uuid not null,
    delivery_id     uuid not null,
    attempt         integer not null,        -- from 1, over redeliveries too
    at              timestamptz not null,
    status_code     integer,                 -- null: no answer
    latency_ms      integer not null,
    error           text,
    answer          text,                    -- first bytes, escaped
    constraint webhook_attempts_pkey primary key (organization_id, delivery_id, attempt),
    constraint attempts_belong_to_their_delivery
        foreign key (organization_id, delivery_id) references app.webhook_deliveries (organization_id, id)
        on delete cascade
);

-- Money ---------------------------------------------------------------------------------------------------------------

-- Append-only.
create table app.billing_events (
    organization_id uuid not null references app.organizations,
    id              uuid not null,
    type            text not null,           -- 'period_closed', 'invoice_paid', 'payment_failed', 'subscription_created' ...
    stripe_event_id text,
    period_start    timestamptz,
    period_end      timestamptz,
    data            jsonb not null default '{}',
    at              timestamptz not null default now(),
    constraint billing_events_pkey primary key (organization_id, id),
    constraint periods_have_a_length check (period_end > period_start)
);
create unique index a_stripe_event_is_recorded_once on app.billing_events (stripe_event_id)
    where stripe_event_id is not null;
create unique index a_period_is_closed_once on app.billing_events (organization_id, period_end)
    where type = 'period_closed';

-- One row: the people have been told that this share of the included minutes is used up.
create table app.usage_alerts (
    organization_id uuid not null references app.organizations,
    period_start    timestamptz not null,
    threshold       integer not null,        -- per cent
    minutes         bigint not null,
    included        bigint not null,
    at              timestamptz not null default now(),
    constraint usage_alerts_pkey primary key (organization_id, period_start, threshold)
);
