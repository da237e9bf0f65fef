-- Calls and what belongs to them. A call's key is (organization_id, started_at, id): it is partitioned by month, and
-- every query carries a started_at range or comes through call_refs, which gives the whole key for a vendor's call id.

-- In the order of a call's life, so that `greatest(old, new)` never reopens a finished call.
create type app.call_status as enum ('queued', 'ringing', 'in_progress', 'forwarding', 'ended');

create table app.contacts (
    organization_id uuid not null references app.organizations,
    id              uuid not null,
    number          app.phone_number not null,
    name            text,
    notes           text not null default '',
    first_call_at   timestamptz not null,
    last_call_at    timestamptz not null,
    calls           bigint not null default 0,
    minutes         bigint not null default 0,  -- billed minutes
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    constraint contacts_pkey primary key (organization_id, id),
    constraint contacts_are_one_per_number unique (organization_id, number),
    constraint contact_counters_are_not_negative check (calls >= 0 and minutes >= 0),
    constraint last_calls_do_not_precede_first_calls check (last_call_at >= first_call_at)
);

create table app.calls (
    organization_id   uuid not null references app.organizations,
    started_at        timestamptz not null,  -- as first heard of; never changed afterwards, it is part of the key
    id                uuid not null,
    vendor            text not null default 'vapi',
    vendor_call_id    text not null,
    assistant_id      uuid,
    phone_number_id   uuid,
    direction         text not null default 'inbound',
    from_number       text,                  -- E.164; null when withheld or not a telephone number
    to_number         text,
    status            app.call_status not null,
    ended_at          timestamptz,
    ended_reason      text,
    duration_seconds  bigint,
    cost_microdollars bigint not null default 0,
    -- Written by call-processing, each once: null until then.
    summary           text,
    summary_source    text,                  -- 'model', or 'extractive' when made without one
    call_type         text,
    sentiment         text,
    extracted         jsonb,                 -- {"caller_name": "...", "action_items": ["..."]}
    processed_at      timestamptz,
    contact_id        uuid,
    -- The basis of daily_usage, which is always the sum of these over calls. usage_date: UTC date of ended_at.
    billed_minutes    bigint,
    usage_date        date,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    constraint calls_pkey primary key (organization_id, started_at, id),
    constraint calls_belong_to_their_assistant
        foreign key (organization_id, assistant_id) references app.assistants (organization_id, id),
    constraint calls_belong_to_their_number
        foreign key (organization_id, phone_number_id) references app.phone_numbers (organization_id, id),
    constraint calls_belong_to_their_contact
        foreign key (organization_id, contact_id) references app.contacts (organization_id, id),
    constraint call_direction_is_known check (direction in ('inbound', 'outbound', 'web')),
    constraint ended_calls_say_when check (status <> 'ended' or ended_at is not null),
    constraint call_durations_are_not_negative check (duration_seconds >= 0 and cost_microdollars >= 0),
    constraint summaries_say_who_made_them check ((summary is null) = (summary_source is null)),
    constraint summary_source_is_known check (summary_source in ('model', 'extractive')),
    constraint call_type_is_known
        check (call_type in ('inquiry', 'complaint', 'booking', 'support', 'sales', 'other')),
    constraint sentiment_is_known check (sentiment in ('positive', 'neutral', 'negative')),
    constraint billed_calls_have_a_date check ((billed_minutes is null) = (usage_date is null))
) partition by range (started_at);

create index calls_by_usage_date on app.calls (organization_id, usage_date);
create index calls_by_contact on app.calls (organization_id, contact_id, started_at);

-- Makes the month around `middle` and its neighbours. Safe to repeat and to run at once from several sessions; run by
-- the migration and by partition maintenance.
create function app.create_partitions(months_back integer default 2, months_ahead integer default 12,
                                      middle timestamptz default now())
    returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    first_day date := date_trunc('month', middle at time zone 'UTC')::date;
    month date;
    partition text;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('app.create_partitions', 0));
    for i in -months_back .. months_ahead loop
        month := first_day + make_interval(months => i);
        partition := 'calls_' || to_char(month, 'YYYY_MM');
        if to_regclass('app.' || partition) is null then
            execute format('create table app.%I partition of app.calls for values from (%L) to (%L)', partition,
                           month::timestamp at time zone 'UTC',
                           (month + interval '1 month')::timestamp at time zone 'UTC');
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;

select app.create_partitions();

-- What makes a call unique, and gives every later webhook its key. Insert here first; a conflict names the call.
create table app.call_refs (
    vendor          text not null,
    vendor_call_id  text not null,
    organization_id uuid not null references app.organizations,
    call_id         uuid not null,
    started_at      timestamptz not null,
    constraint call_refs_pkey primary key (vendor, vendor_call_id)
);

create index call_refs_by_call on app.call_refs (organization_id, call_id);

create table app.call_transcripts (
    organization_id uuid not null,
    started_at      timestamptz not null,
    call_id         uuid not null,
    text            text not null,
    segments        jsonb not null,          -- [{"speaker": "caller", "text": "...", "start_seconds": 1.5}]
    -- Only the beginning is indexed: a tsvector holds at most 1 MiB.
    words           tsvector generated always as (to_tsvector('english', left(text, 200000))) stored,
    created_at      timestamptz not null default now(),
    constraint call_transcripts_pkey primary key (organization_id, started_at, call_id),
    constraint transcripts_belong_to_their_call
        foreign key (organization_id, started_at, call_id) references app.calls (organization_id, started_at, id),
    constraint transcript_segments_are_a_list check (jsonb_typeof(segments) = 'array')
);

create index call_transcripts_search on app.call_transcripts using gin (words);

create table app.call_recordings (
    organization_id  uuid not null,
    started_at       timestamptz not null,
    call_id          uuid not null,
    storage          text not null default 'filesystem',
    path             text not null,          -- below the storage root: org/<org>/calls/<yyyy>/<mm>/<call>.<ext>
    bytes            bigint not null,
    content_type     text not null,
    sha256           bytea not null,
    duration_seconds bigint not null,
    stored_at        timestamptz not null default now(),
    constraint call_recordings_pkey primary key (organization_id, started_at, call_id),
    constraint recordings_belong_to_their_call
        foreign key (organization_id, started_at, call_id) references app.calls (organization_id, started_at, id),
    constraint recordings_are_not_empty check (bytes > 0),
    constraint recording_checksums_are_sha256 check (length(sha256) = 32)
);

-- Rebuildable at any time: the sum of calls.billed_minutes and calls.cost_microdollars by usage_date.
create table app.daily_usage (
    organization_id   uuid not null references app.organizations,
    usage_date        date not null,
    calls             bigint not null default 0,
    minutes           bigint not null default 0,
    cost_microdollars bigint not null default 0,
    updated_at        timestamptz not null default now(),
    constraint daily_usage_pkey primary key (organization_id, usage_date),
    constraint usage_is_not_negative check (calls >= 0 and minutes >= 0 and cost_microdollars >= 0)
);
