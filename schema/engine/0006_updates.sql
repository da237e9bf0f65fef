-- Updates: requests that a workflow's code takes on and answers; messages from workflow to workflow; and how many
-- signals a run may leave unread.

-- What has become of each update, by the caller's id, for as long as the chain is kept: anybody may ask again. While it
-- is admitted its request waits in the inbox; once it is accepted the request is in the history of run_id.
create table engine.updates (
    chain_id uuid not null,
    update_id text collate "C" not null,
    run_id uuid not null,           -- that it was admitted to; then: that accepted it
    name text collate "C" not null,
    tenant text not null,
    stage text collate "C" not null,
    admitted_at timestamptz not null,
    decided_at timestamptz,         -- accepted, rejected, or over before that
    ended_at timestamptz,
    outcome bytea,                  -- encoded UpdateCompleted
    constraint an_update_id_is_used_once_in_a_chain primary key (chain_id, update_id),
    constraint an_update_is_at_a_known_stage
        check (stage in ('admitted', 'accepted', 'completed', 'rejected', 'aborted')),
    constraint an_update_has_an_outcome_when_it_is_over
        check ((outcome is null) = (stage in ('admitted', 'accepted')) and (outcome is null) = (ended_at is null))
) partition by range (chain_id);

-- Serves counting a chain's updates under way, and breaking them off when it is ended from outside.
create index updates_under_way on engine.updates (chain_id) where stage in ('admitted', 'accepted');

-- Signals that the run's code had not received when the figure was last noted: kept for runs that leave a thousand or
-- more of them unread, 0 for all others.
alter table engine.live_runs add column unread integer not null default 0;

-- An errand of one run to another workflow, whoever has that workflow id when it is carried out; `target` is the run
-- that sent it and hears of the outcome.
alter table engine.errands
    add column name_space text collate "C",
    add column workflow_id text collate "C",
    add column request_id text collate "C",
    add column cancels boolean not null default false,
    add column delivered bytea,     -- encoded events for the sender
    add column failed bytea,
    drop constraint an_errand_is_of_a_known_kind,
    add constraint an_errand_is_of_a_known_kind check (kind in ('message', 'cancel', 'closed', 'external')),
    add constraint an_external_errand_knows_its_way
        check ((kind = 'external') = (workflow_id is not null and name_space is not null and request_id is not null
                                      and delivered is not null and failed is not null));
