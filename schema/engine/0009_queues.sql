-- Whose turn it is: priorities and fairness between keys for runs, queues that an operator holds, semaphores, and what
-- workers say of themselves.
--
-- Lock order: queues, weights and semaphores are small tables that the hot path only reads. Who changes a semaphore's
-- units holds its row (engine.semaphores), which nobody waits for but operators; then its requests.

-- Runs in line ------------------------------------------------------------------------------------------------------

-- A *line* is what waits in one queue with one priority for one fairness key. Lines are not stored: they are what the
-- index below says, so nothing has to be kept in step when runs start, sleep, wake or end. Workers remember whose turn
-- it is, each for itself.
alter table engine.live_runs
    add column priority smallint not null default 3,       -- 1 goes first
    add column fairness_weight real not null default 1,    -- turns that its key gets for one of another's
    add column fairness_key text collate "C",              -- null: the tenant
    add column holds_units boolean not null default false, -- it has asked a semaphore for units
    add constraint a_runs_priority_is_between_1_and_5 check (priority between 1 and 5),
    add constraint a_fairness_key_has_1_to_200_bytes check (octet_length(fairness_key) between 1 and 200),
    add constraint a_weight_is_positive check (fairness_weight >= 0.001 and fairness_weight <= 1000);

-- Serves claims when more is due than a claim takes: the first of every line, found by skipping from line to line.
-- Partial on owner, like live_runs_claimable: the commits of a worker on the runs it keeps stay HOT.
create index live_runs_in_line on engine.live_runs
    (queue, priority, (coalesce(fairness_key, tenant) collate "C"), wake_at)
    where owner is null and wake_at is not null;

-- Queues -------------------------------------------------------------------------------------------------------------

-- What an operator has decided about a queue. A queue without a row is like every other.
create table engine.queues (
    queue text collate "C" not null,
    paused_at timestamptz,          -- nothing is claimed from it since then
    paused_by text,
    pause_reason text,
    constraint a_queue_is_decided_once primary key (queue),
    constraint a_pause_has_an_author check ((paused_at is null) = (paused_by is null))
);

-- Weights that override what starts say.
create table engine.fairness_weights (
    queue text collate "C" not null,
    fairness_key text collate "C" not null,
    weight real not null,
    constraint a_key_is_weighted_once primary key (queue, fairness_key),
    constraint a_weight_is_positive check (weight >= 0.001 and weight <= 1000)
);

-- Limits of activities whose keys nothing uses any more: marked, and removed an hour later unless declared again.
alter table engine.limits add column retires_at timestamptz;

-- Workers ------------------------------------------------------------------------------------------------------------

-- What a worker says of itself with every renewal of its lease. Null: it has not said anything yet.
alter table engine.workers
    add column runs_held integer,
    add column runs_max integer,
    add column async_used integer,
    add column async_slots integer,
    add column transactional_used integer,
    add column transactional_slots integer,
    add column last_claim_at timestamptz,       -- that has found something: runs, or activity rows
    add column runs_claimed_per_second real,    -- over the last 30 s
    add column rows_claimed_per_second real,
    add column runs_closed_per_second real;

-- Semaphores ---------------------------------------------------------------------------------------------------------

-- Units in use are counted, never kept: they are the granted requests of open runs.
create table engine.semaphores (
    resource text collate "C" not null,
    capacity integer not null,
    highest_capacity integer not null,  -- ever: when it was lowered, so many units may still be held
    claim bigint not null default 0,    -- token of the grant that looks at it
    constraint a_resource_has_one_semaphore primary key (resource),
    constraint a_semaphore_has_a_capacity
        check (octet_length(resource) between 1 and 200 and capacity >= 0 and highest_capacity >= capacity)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Serves grants: what they hold.
create index semaphores_held on engine.semaphores (claim);

-- Requests of open runs for units, granted or waiting. They go when the units are given back, or with the run.
create table engine.semaphore_requests (
    run_id uuid not null,
    request integer not null,           -- id of its UnitsRequested event
    ticket bigint generated always as identity,  -- the order in which requests are served
    resource text collate "C" not null,
    units integer not null,
    requested_at timestamptz not null,
    granted_at timestamptz,
    tenant text not null,
    event bytea not null,               -- encoded UnitsGranted, for the run's inbox
    constraint a_request_is_made_once primary key (run_id, request),
    constraint a_request_wants_units check (units > 0)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Serves grants: who is next.
create index semaphore_requests_waiting on engine.semaphore_requests (resource, ticket) where granted_at is null;
-- Serves counting the units in use.
create index semaphore_requests_granted on engine.semaphore_requests (resource) where granted_at is not null;

-- Semaphores at which something has happened that may let a request through. Written by whoever makes it happen,
-- waiting for nobody; heard by the next grant.
create table engine.semaphore_news (
    news_no bigint generated always as identity,
    resource text collate "C" not null,
    constraint semaphore_news_are_told_in_order primary key (news_no)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- A run that ends, however it ends, gives everything back: it is the row's going that does it, so no statement, present
-- or future, can forget. Runs that have asked for nothing pay for one comparison.
create function engine.give_units_back() returns trigger
    language plpgsql
    as $$
begin
    with gone as (
        delete from engine.semaphore_requests where run_id = old.run_id returning resource
    )
    insert into engine.semaphore_news (resource) select distinct resource from gone;
    return null;
end
$$;
create trigger a_run_that_ends_holds_nothing after delete on engine.live_runs
    for each row when (old.holds_units)
    execute function engine.give_units_back();
