-- Which build runs what. A queue with a row in engine.deployments is routed: what may run there goes to the current
-- build, a share of what starts to the build that is ramping, and a run of a pinned type stays with the build that
-- began it. A queue without such a row is not routed: every worker takes every run.
--
-- Claims read engine.deployments (one small row a queue) and never lock it: promotion is one update, and holds for
-- every claim that begins after it has committed.

-- What `deploy check` has found out about a build: one row a check, never changed. It describes code, not data: types,
-- ids of runs, digests, source lines.
create table engine.verdicts (
    verdict_no bigint generated always as identity,
    queue text collate "C" not null,
    build text collate "C" not null,
    at timestamptz not null,            -- of the snapshot that was replayed
    passed boolean not null,            -- every open run that the build may get goes on with it
    open_runs integer not null,
    broken_runs integer not null,
    closed_runs integer not null,       -- one of each shape of history
    closed_broken integer not null,
    types text[] not null,              -- workflow types that were replayed
    builds text[] not null,             -- builds that had recorded what was replayed
    breakages jsonb not null,           -- groups of equal ones, with some of their runs
    constraint a_verdict_is_given_once primary key (verdict_no),
    constraint a_verdict_can_be_relied_on unique (verdict_no, passed),
    constraint a_verdict_passes_what_is_whole check (passed = (broken_runs = 0))
);
-- Serves the newest verdict on a build.
create index verdicts_of_build on engine.verdicts (queue, build, verdict_no);
revoke update, delete on engine.verdicts from callflex_app, callflex_system;

-- Builds that were let in: because a verdict is good, or because an operator has taken it upon himself (`forced`
-- says why).
create table engine.builds (
    queue text collate "C" not null,
    build text collate "C" not null,
    verdict_no bigint,
    passed boolean,                     -- that verdict's
    forced text,
    let_in_at timestamptz not null,
    left_at timestamptz,                -- neither current nor ramping since then
    constraint a_build_is_let_in_once primary key (queue, build),
    constraint it_has_a_verdict foreign key (verdict_no, passed) references engine.verdicts (verdict_no, passed),
    constraint a_build_is_let_in_for_a_reason
        check ((verdict_no is not null and passed is not distinct from true) or coalesce(forced, '') <> '')
);

create table engine.deployments (
    queue text collate "C" not null,
    current_build text collate "C" not null,
    ramping_build text collate "C",
    ramp_percent smallint,              -- of the workflow ids that start
    changed_at timestamptz not null,
    constraint a_queue_has_one_deployment primary key (queue),
    constraint the_current_build_was_let_in foreign key (queue, current_build) references engine.builds (queue, build),
    constraint the_ramping_build_was_let_in foreign key (queue, ramping_build) references engine.builds (queue, build),
    constraint a_ramp_has_a_share check ((ramping_build is null) = (ramp_percent is null)),
    constraint a_share_is_of_a_hundred check (ramp_percent between 1 and 100),
    constraint a_build_ramps_beside_another check (ramping_build <> current_build)
);

-- In which hundredth of all workflow ids this one is: the same whenever it is asked, on every server.
create function engine.ramp_bucket(workflow_id text) returns integer
    language sql immutable strict parallel safe
    as $$ select ('x' || left(md5(workflow_id), 7))::bit(28)::integer % 100 $$;

alter table engine.live_runs
    add column build text collate "C",  -- the only build that may claim it; null: the current one, or any
    add column pinned boolean not null default false,  -- for good; else for as long as that build is ramping
    add constraint a_run_is_pinned_to_a_build check (not pinned or build is not null);

-- Serves claims of the workers of one build.
create index live_runs_of_build on engine.live_runs (queue, build, wake_at, run_id)
    where owner is null and build is not null;
-- Serves counting what a build still has, and freeing what its ramp has left. Does not know owner or wake_at: commits
-- stay HOT.
create index live_runs_by_build on engine.live_runs (queue, build, pinned, run_id) where build is not null;
