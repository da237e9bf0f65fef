-- Schedules: what is started by the clock. A few hundred rows, each locked by whoever acts on it.

create table engine.schedules (
    schedule_id text collate "C" not null,
    spec text not null,                 -- durable::ScheduleSpec as JSON
    next_nominal timestamptz,           -- the first one that has not been considered; null: none is left
    next_at timestamptz,                -- when somebody has to look; null: not by the clock (paused, over)
    paused boolean not null default false,
    note text not null default '',      -- why it is paused, or whatever an operator wrote
    actions bigint not null default 0,  -- scheduled runs; triggers and backfills not counted
    missed bigint not null default 0,   -- nominal times that passed while nobody could act
    skipped bigint not null default 0,  -- left out by the overlap policy
    last_nominal timestamptz,           -- of the newest run
    last_workflow_id text,
    last_run_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,    -- when the spec changed
    constraint a_schedule_has_one_row primary key (schedule_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

-- Serves the loop in every worker: the earliest first.
create index schedules_by_time on engine.schedules (next_at) where next_at is not null;

-- Nominal times that wait: for the run before them, for room, or for the end of a pause.
create table engine.schedule_buffer (
    schedule_id text collate "C" not null,
    nominal timestamptz not null,
    origin text collate "C" not null,
    overlap text collate "C",           -- null: the schedule's policy at the time of acting
    constraint a_nominal_time_waits_once primary key (schedule_id, nominal, origin),
    constraint it_waits_for_a_schedule foreign key (schedule_id) references engine.schedules on delete cascade,
    constraint a_start_has_a_known_origin check (origin in ('backfill', 'schedule', 'trigger'))
);

-- Runs that a schedule has started and whose end it has not taken notice of.
create table engine.schedule_runs (
    schedule_id text collate "C" not null,
    run_id uuid not null,               -- first of its chain
    name_space text collate "C" not null,
    workflow_id text collate "C" not null,
    beside boolean not null,            -- by allow_all: in nobody's way, watched for its failure only
    constraint a_run_is_watched_once primary key (schedule_id, run_id),
    constraint a_watched_run_has_a_schedule foreign key (schedule_id) references engine.schedules on delete cascade
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
