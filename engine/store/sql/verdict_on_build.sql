-- The newest verdict on a build, and what has happened since that it cannot know of: the first workflow type that began
-- to run, and the first build whose workers began to record.
--
-- Locks: nothing. Indexes: verdicts_of_build; a_run_is_live_once and a_run_starts_once from the verdict's time on.
-- $1 queue, $2 build
with newest as materialized (
    select * from engine.verdicts where queue = $1 and build = $2 order by verdict_no desc limit 1
)
select v.verdict_no, engine.microseconds(v.at) as at, engine.microseconds(engine.now()) as now, v.passed, v.open_runs,
       v.broken_runs, v.closed_runs, v.closed_broken, v.breakages::text as breakages,
       (select r.type
          from engine.live_runs l
          join engine.runs r on r.run_id = l.run_id
         where l.queue = $1 and l.run_id >= engine.uuid_floor(v.at) and r.started_at > v.at
           and r.type <> all (v.types)
         limit 1) as new_type,
       (select w.build
          from engine.workers w
         where w.queue = $1 and w.started_at > v.at and w.build <> v.build and w.build <> all (v.builds)
         limit 1) as new_build
  from newest v
