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
