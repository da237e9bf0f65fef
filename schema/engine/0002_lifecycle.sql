-- What ties runs together: children, chains that continue as new, and published state.

-- A run that continues as new ends; its chain goes on under the next run's id.
alter table engine.closed_runs drop constraint a_run_ends_in_a_known_way;
alter table engine.closed_runs add constraint a_run_ends_in_a_known_way
    check (status in ('completed', 'failed', 'canceled', 'timed_out', 'terminated', 'continued_as_new'));

-- The chain has started children: whoever closes it has to see to those that are still open.
alter table engine.live_runs add column has_children boolean not null default false;

-- For people: the run that started this one.
alter table engine.runs add column parent_run uuid;

-- Open children of open parents. A row goes when the child's chain closes (which is how its close is reported once), or
-- after the parent's chain has closed, when what the policy asks for has happened.
create table engine.children (
    child_chain uuid not null,
    parent_chain uuid not null,
    parent_run uuid not null,       -- the run of the parent's chain that started it: the only one that waits for it
    initiated integer not null,     -- id of its ChildInitiated event there
    name_space text collate "C" not null,
    workflow_id text collate "C" not null,
    parent_close text collate "C" not null,
    constraint a_child_has_one_parent primary key (child_chain),
    constraint a_parent_closes_in_a_known_way check (parent_close in ('terminate', 'request_cancel', 'abandon'))
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Serves the end of a parent.
create index children_of_chain on engine.children (parent_chain, child_chain);

-- What one run's transaction orders to happen to another run. A transaction that commits runs never locks a foreign
-- live row: it leaves an errand, which any worker carries out, and deletes, in one transaction.
--   message  the event goes into the inbox of the run `target`; dropped if that has ended
--   cancel   the same, to the open run of the child chain `target`; dropped if that has ended
--   closed   the chain `target` has closed: its children end, are asked to stop, or are let go
create table engine.errands (
    id bigint generated always as identity,
    kind text collate "C" not null,
    target uuid not null,
    tenant text not null,
    event bytea,                    -- encoded event, of a message or a cancel request
    since timestamptz not null,
    constraint an_errand_is_run_once primary key (kind, id),
    constraint an_errand_is_of_a_known_kind check (kind in ('message', 'cancel', 'closed')),
    constraint an_errand_carries_what_it_delivers check ((event is null) = (kind = 'closed'))
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- State that workflows publish: the last value of each key, readable without replay, also after the end.
create table engine.published (
    chain_id uuid not null,
    key text collate "C" not null,
    value text not null,            -- JSON
    run_id uuid not null,
    published_at timestamptz not null,
    tenant text not null,
    constraint a_key_has_one_value primary key (chain_id, key)
) partition by range (chain_id);
