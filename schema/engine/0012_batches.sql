-- Batch jobs: one verb for everything that a filter finds, worked off by the workers, a page a transaction. What a page
-- has done and how far the job has come commit together. An item of a job is a run, open or closed, or one of a run's
-- pending activities. Which verbs there are is the program's business: a worker takes the jobs whose verb it knows.

create table engine.batch_jobs (
    job_id uuid not null,
    verb text collate "C" not null,
    filter text not null,               -- in the filter language
    name_space text collate "C" not null,
    arguments text not null,            -- JSON: what the verb needs beyond a run
    reason text not null,
    identity text not null,
    per_second double precision not null,
    created_at timestamptz not null,    -- what starts later is not touched; relative times are relative to it
    next_at timestamptz,                -- the next page may be taken; null: it is over
    last_run uuid,                      -- runs are taken in the order of their ids: done up to here
    last_activity integer,              -- of last_run, if the page ended within that run; null: it is done with
    total bigint not null,              -- what matched when it was made
    done bigint not null default 0,     -- runs that the verb has reached
    skipped bigint not null default 0,  -- ended, or in a state that refuses the verb
    failed bigint not null default 0,   -- the verb could not be carried out on them
    state text collate "C" not null default 'running',
    ended_at timestamptz,
    trouble text,                       -- why the job itself cannot go on, if so
    constraint a_batch_job_is_made_once primary key (job_id),
    constraint a_batch_job_has_a_verb check (verb <> ''),
    constraint a_batch_job_is_in_a_known_state check (state in ('running', 'completed', 'stopped', 'failed')),
    constraint a_batch_job_has_a_rate check (per_second between 0.01 and 10000),
    constraint a_batch_job_ends_once check ((state = 'running') = (next_at is not null)
                                            and (state = 'running') = (ended_at is null))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

-- Serves the workers' look for pages that are due.
create index batch_jobs_due on engine.batch_jobs (next_at) where next_at is not null;

-- What a job has done to which item: none twice.
create table engine.batch_runs (
    job_id uuid not null,
    run_id uuid not null,
    activity integer not null default 0,  -- the event that scheduled it; 0: the run itself
    outcome text collate "C" not null,
    problem text,                       -- of a failed one
    constraint a_batch_job_takes_an_item_once primary key (job_id, run_id, activity),
    constraint a_taken_run_has_a_job foreign key (job_id) references engine.batch_jobs on delete cascade,
    constraint an_outcome_is_known check (outcome in ('done', 'skipped', 'failed'))
);
