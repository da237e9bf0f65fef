-- What schedules know besides their rules and counts.

alter table engine.schedules
    -- Grows with every change of the spec: what who changes it has seen is what he names.
    add column revision bigint not null default 1,

    -- What the next run is told of those before it: the newest result, and why the newest run failed if it did. Runs
    -- are named, payloads are not copied: what is erased or removed with a run is not handed on.
    add column completed_run_id uuid,   -- the newest one that has completed
    add column failed_run_id uuid,      -- the newest one that has failed or timed out, if none has completed since

    -- Since when the rules hold, if SQL has declared or unpaused them and no worker has read them since: `next_nominal`
    -- is then to be worked out from here.
    add column rules_since timestamptz;
