-- What a test database has to do: the time, how much is under way (among it what nobody has taken notice of yet: news of
-- limits and semaphores, ends of scheduled runs), the next moment at which anything would happen by the clock, a
-- run whose code has failed, and whether the chain of one run still has an open run.
--
-- Locks: nothing. Reads all that is open, which in a test is little.
-- $1 a run, or null
with stopped as (
    select queue from engine.queues where paused_at is not null
), moments(at) as (
    select wake_at from engine.live_runs where owner is null and not paused and queue not in (select queue from stopped)
    union all
    -- One that was handed out has an attempt under way, although nobody owns it.
    -- Of a run that is paused none is picked up, however long it has been due.
    select least(case when a.run_id <> all (array(select run_id from engine.paused))
                      then greatest(a.available_at, l.next_at) end,
                 a.close_by, a.schedule_to_start_by, a.attempt_deadline, a.heartbeat_due)
      from engine.activities a
      left join engine.limit_lines l on l.limit_key = a.limit_key and l.queue = a.queue and l.type = a.type
     where a.owner is null and a.queue not in (select queue from stopped)
    union all
    select next_at from engine.schedules
    union all
    select next_at from engine.batch_jobs
)
select engine.microseconds(engine.now()),
       (select count(*) from engine.live_runs where owner <> 0)  -- 0: paused, in nobody's hands
           + (select count(*) from engine.activities where owner is not null)
           + (select count(*) from engine.errands)
           + (select count(*) from engine.limit_news) + (select count(*) from engine.semaphore_news)
           + (select count(*) from engine.schedule_runs r
               where not exists (select from engine.workflow_ids w
                                   join engine.live_runs l on l.run_id = w.run_id and l.chain_id = r.run_id
                                  where w.name_space = r.name_space and w.workflow_id = r.workflow_id)),
       (select engine.microseconds(min(at)) from moments where isfinite(at)),
       (select w.workflow_id || ' is blocked (' || b.kind || '): ' || b.reason
          from engine.blocked b join engine.runs w on w.run_id = b.run_id order by b.since limit 1),
       exists (select from engine.live_runs
                where chain_id = (select chain_id from engine.runs where run_id = $1::uuid))
