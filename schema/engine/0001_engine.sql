-- The durable engine: runs, their histories, inboxes and activity rows.
--
-- Hot and cold apart: live_runs is narrow and holds only open runs; facts about runs and their histories are
-- written once and partitioned by the month inside the run's id (UUIDv7), to be dropped by period. Nothing refers to
-- a partitioned table by a foreign key. There is no DEFAULT partition: a missing month is an error, not a trap.

-- Whose clock: the transaction's time. Databases made for tests replace this function by one that adds a shift.
create function engine.now() returns timestamptz
    language sql stable parallel safe
    as 'select pg_catalog.now()';

-- The smallest UUIDv7 of a moment: 48 bits of milliseconds, then zeros.
create function engine.uuid_floor(moment timestamptz) returns uuid
    language sql immutable strict parallel safe
    as $$
    select (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    $$;

-- Instants as C++ counts them: microseconds since 1970.
create function engine.microseconds(moment timestamptz) returns bigint
    language sql immutable strict parallel safe
    as 'select (extract(epoch from moment) * 1000000)::bigint';
create function engine.moment(microseconds bigint) returns timestamptz
    language sql stable strict parallel safe
    as $$ select timestamptz 'epoch' + microseconds * interval '1 microsecond' $$;

-- Workers -----------------------------------------------------------------------------------------------------------

create table engine.workers (
    worker_no integer generated always as identity,
    name text not null,
    build text not null,
    queue text not null,
    started_at timestamptz not null,
    lease interval not null,
    lease_until timestamptz not null,
    ended_at timestamptz,
    constraint a_worker_number_is_never_reused primary key (worker_no),
    constraint a_lease_lasts check (lease > interval '0')
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

create index workers_alive on engine.workers (worker_no) where ended_at is null;

-- Names -------------------------------------------------------------------------------------------------------------

-- The open run of a workflow id, or its last one. Whether that run is open is told by live_runs, so that closing a
-- run need not touch this table (and never locks against the order workflow_ids -> live_runs).
create table engine.workflow_ids (
    name_space text collate "C" not null,
    workflow_id text collate "C" not null,
    run_id uuid not null,
    request_id text not null,
    tenant text not null,
    constraint a_workflow_id_names_one_run_at_a_time primary key (name_space, workflow_id),
    constraint a_workflow_id_has_1_to_1000_bytes check (octet_length(workflow_id) between 1 and 1000)
);

-- Start requests whose run has given its workflow id to a later one: a sender's repetition still finds its own run.
create table engine.earlier_starts (
    name_space text collate "C" not null,
    workflow_id text collate "C" not null,
    request_id text collate "C" not null,
    run_id uuid not null,
    constraint a_start_request_made_one_run primary key (name_space, workflow_id, request_id)
);

-- Open runs -----------------------------------------------------------------------------------------------------------

create table engine.live_runs (
    run_id uuid not null,
    chain_id uuid not null,           -- first run of the continue-as-new chain: key of the inbox
    wake_at timestamptz,              -- unowned: to be claimed then; null: only a message wakes it
    token bigint not null default 0,  -- random, of the batch that claimed it last
    batch bigint not null default 0,  -- id of the batch that committed to it last: settles a lost reply
    inbox_head bigint not null default 0,
    inbox_tail bigint not null default 0,
    owner integer,                    -- worker_no
    epoch integer not null default 0, -- grows with every claim and never shrinks
    activations integer not null default 1,
    next_event integer not null default 2,
    failures integer not null default 0,  -- consecutive failed activations; above 0 the run is in engine.blocked
    adopt boolean not null default false, -- activities that its last owner ran eagerly need rows
    cancel_requested boolean not null default false,
    queue text collate "C" not null,
    tenant text not null,
    constraint a_run_is_live_once primary key (run_id),
    constraint an_inbox_is_read_no_further_than_written check (inbox_head <= inbox_tail),
    constraint a_live_run_has_its_start check (activations >= 1 and next_event >= 2)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05);

-- Serves claims. Only unowned runs are in it, so a worker's commits on the runs it keeps are HOT updates.
create index live_runs_claimable on engine.live_runs (queue, wake_at, run_id) where owner is null;
-- Serves take-over and the comparison of owned runs. Fenced updates must hide it: owner + 0 = $1.
create index live_runs_owned on engine.live_runs (owner, run_id) where owner is not null;

-- Why a run's activations fail; a row exactly while live_runs.failures > 0.
create table engine.blocked (
    run_id uuid not null,
    kind text not null,
    reason text not null,
    since timestamptz not null,
    failures integer not null,
    build text not null,
    constraint a_run_is_blocked_once primary key (run_id)
);

-- Messages ------------------------------------------------------------------------------------------------------------

-- Waiting messages, each an encoded history event. Senders lock the live row and take the next number of its
-- inbox_tail, so the order of numbers is the order of commits.
create table engine.inbox (
    chain_id uuid not null,
    sequence bigint not null,
    run_id uuid not null,
    tenant text not null,
    event bytea not null,
    constraint an_inbox_number_is_given_once primary key (chain_id, sequence)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Request ids of messages, once per chain.
create table engine.message_ids (
    chain_id uuid not null,
    request_id text collate "C" not null,
    constraint a_message_is_delivered_once primary key (chain_id, request_id)
) partition by range (chain_id);

-- Activities that need a row ------------------------------------------------------------------------------------------

create table engine.activities (
    run_id uuid not null,
    activity integer not null,      -- id of its ActivityScheduled event
    owner integer,                  -- worker_no of the running attempt
    epoch integer not null default 0,
    token bigint not null default 0,
    attempt integer not null,
    lost_attempts integer not null default 0,
    cancel_requested boolean not null default false,
    scheduled_at timestamptz not null,
    available_at timestamptz not null,
    schedule_to_start_by timestamptz,
    close_by timestamptz,
    attempt_deadline timestamptz,   -- of the running attempt: start-to-close
    heartbeat_due timestamptz,      -- of the running attempt
    start_to_close interval,        -- null: not limited
    heartbeat interval,
    queue text collate "C" not null,
    type text collate "C" not null,
    tenant text not null,
    task bytea not null,            -- encoded ActivityScheduled: input and options
    last_failure bytea,             -- encoded Failure
    heartbeat_details text,         -- JSON
    constraint an_activity_has_one_row primary key (run_id, activity),
    constraint attempts_count_from_1 check (attempt >= 1 and lost_attempts >= 0)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

-- Serves claims of activity rows.
create index activities_claimable on engine.activities (queue, available_at, run_id, activity) where owner is null;
-- Serves take-over.
create index activities_owned on engine.activities (owner) where owner is not null;
-- Serves time-outs: the earliest moment at which the row runs out of time, whatever the reason.
create index activities_time_out on engine.activities
    ((least(close_by, attempt_deadline, heartbeat_due, case when owner is null then schedule_to_start_by end)))
    where least(close_by, attempt_deadline, heartbeat_due, case when owner is null then schedule_to_start_by end)
          is not null;

-- Cold: written once, dropped by month --------------------------------------------------------------------------------

-- Facts known when a run starts.
create table engine.runs (
    run_id uuid not null,
    chain_id uuid not null,
    started_at timestamptz not null,
    name_space text collate "C" not null,
    workflow_id text collate "C" not null,
    type text collate "C" not null,
    tenant text not null,
    queue text collate "C" not null,
    request_id text not null,
    constraint a_run_starts_once primary key (run_id)
) partition by range (run_id);

-- And when it ends. A table of its own, because inserting is cheaper than finding and updating.
create table engine.closed_runs (
    run_id uuid not null,
    closed_at timestamptz not null,
    activations integer not null,
    events integer not null,
    status text collate "C" not null,
    constraint a_run_ends_once primary key (run_id),
    constraint a_run_ends_in_a_known_way
        check (status in ('completed', 'failed', 'canceled', 'timed_out', 'terminated'))
) partition by range (run_id);

-- One row an activation: the events that arrived and the commands they were answered with, as compact JSON.
create table engine.history (
    run_id uuid not null,
    first_event integer not null,
    events integer not null,
    activation bytea not null,
    constraint an_activation_is_recorded_once primary key (run_id, first_event),
    constraint an_activation_has_events check (first_event >= 1 and events >= 1)
) partition by range (run_id);

-- Makes the months from..until of every partitioned engine table. May be repeated. For the owner.
create function engine.create_partitions(from_moment timestamptz, until_moment timestamptz) returns integer
    language plpgsql
    as $$
declare
    month timestamp := date_trunc('month', from_moment at time zone 'UTC');
    parent text;
    child text;
    made integer := 0;
begin
    while month <= until_moment at time zone 'UTC' loop
        foreach parent in array array['history', 'runs', 'closed_runs', 'message_ids'] loop
            child := parent || to_char(month, '_YYYY_MM');
            if to_regclass('engine.' || child) is null then
                execute format('create table engine.%I partition of engine.%I for values from (%L) to (%L)',
                               child, parent, engine.uuid_floor(month at time zone 'UTC'),
                               engine.uuid_floor((month + interval '1 month') at time zone 'UTC'));
                -- Rows are reached through the parent, where rights are given.
                execute format('revoke all on engine.%I from callflex_app, callflex_readonly', child);
                made := made + 1;
            end if;
        end loop;
        month := month + interval '1 month';
    end loop;
    return made;
end
$$;
revoke execute on function engine.create_partitions(timestamptz, timestamptz) from public;

-- For people who read SQL: one row an event.
create view engine.history_events with (security_invoker = true) as
select h.run_id,
       h.first_event + (e.place - 1)::integer as event_id,
       e.event ->> 'k' as kind,
       e.arrived,
       timestamptz 'epoch' + (d.doc ->> 't')::bigint * interval '1 microsecond' as time,
       d.doc ->> 'b' as build,
       e.event as fields
  from engine.history h
 cross join lateral (select convert_from(h.activation, 'UTF8')::json as doc) d
 cross join lateral (
       select a.event, a.place, true as arrived
         from json_array_elements(d.doc -> 'a') with ordinality as a(event, place)
        union all
       select c.event, c.place + coalesce(json_array_length(d.doc -> 'a'), 0), false
         from json_array_elements(d.doc -> 'c') with ordinality as c(event, place)) e;
