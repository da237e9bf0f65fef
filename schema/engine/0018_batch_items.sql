-- Batch jobs on more than open runs: on closed ones, and on the pending activities of runs. An item is a run, or one of its
-- activities.

-- Which verbs there are is the program's business: a worker takes the jobs whose verb it knows.
alter table engine.batch_jobs
    drop constraint a_batch_job_has_a_known_verb,
    add constraint a_batch_job_has_a_verb check (verb <> ''),
    add column last_activity integer;  -- of last_run, if the page ended within that run; null: it is done with

alter table engine.batch_runs
    add column activity integer not null default 0,  -- the event that scheduled it; 0: the run itself
    drop constraint a_batch_job_takes_a_run_once,
    add constraint a_batch_job_takes_an_item_once primary key (job_id, run_id, activity);
