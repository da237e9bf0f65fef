-- What a schedule's next run is told of those before it: the newest result, and why the newest run failed if it did.
-- Runs are named, payloads are not copied: what is erased or removed with a run is not handed on.
alter table engine.schedules
    add column completed_run_id uuid,   -- the newest one that has completed
    add column failed_run_id uuid;      -- the newest one that has failed or timed out, if none has completed since
