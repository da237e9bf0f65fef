-- What operators and callers do to runs besides sending them messages: reset, fork, pause, retry, delete; and the trace
-- that every such act leaves.

-- Acts of operators, one row each, written in the transaction of the act itself. Rows are only added; they name ids,
-- never what a run was given or has answered.
create table engine.audit (
    audit_id bigint generated always as identity,
    at timestamptz not null,
    identity text collate "C" not null,         -- who: as the caller says, "cli@host" if nobody said
    verb text collate "C" not null,             -- "workflow reset", "activity skip"
    target text collate "C" not null,           -- what was acted on: a workflow id, a run, a queue
    reason text not null default '',
    details jsonb not null default '{}',        -- ids and figures of the act; no payloads
    constraint an_act_is_recorded_once primary key (audit_id),
    constraint an_act_has_a_verb_and_a_target check (verb <> '' and target <> '')
);

-- Serves the trace of one target.
create index audit_of_target on engine.audit (target, audit_id);
-- What has been done is not for anybody to change.
revoke update, delete on engine.audit from callflex_app, callflex_system;

-- Pause ---------------------------------------------------------------------------------------------------------------

-- A paused run that no worker holds is given to worker number 0, whom nobody is: so claims need not know of pauses, and
-- cost the same however many runs are paused. A worker that holds it gives it up once its own activities have ended.
alter table engine.live_runs add column paused boolean not null default false;

-- Who has paused a run, and why; a row exactly while live_runs.paused.
create table engine.paused (
    run_id uuid not null,
    since timestamptz not null,
    identity text not null,
    reason text not null,
    constraint a_run_is_paused_once primary key (run_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

-- A run that ends, however it ends, is not paused any more: no statement can forget it.
create function engine.end_pause() returns trigger
    language plpgsql
    as $$
begin
    delete from engine.paused where run_id = old.run_id;
    return null;
end
$$;
create trigger a_run_that_ends_is_not_paused after delete on engine.live_runs
    for each row when (old.paused)
    execute function engine.end_pause();

-- Reset and fork ------------------------------------------------------------------------------------------------------

-- The run whose history this one begins with a copy of, and the last event that was copied.
alter table engine.runs
    add column base_run uuid,
    add column forked_after integer,
    add constraint a_copy_has_an_end check ((base_run is null) = (forked_after is null));

-- Request ids of resets and forks: repeated, however long after, one does nothing again.
create table engine.reset_requests (
    name_space text collate "C" not null,
    workflow_id text collate "C" not null,  -- of the run that was reset or forked
    request_id text collate "C" not null,
    run_id uuid not null,                   -- that came of it
    constraint a_reset_request_made_one_run primary key (name_space, workflow_id, request_id)
);
