-- Removes workflow ids whose last run has been gone for so long that no sender repeats its start any more. Looks at one
-- stretch of the table, wherever the caller's dice have fallen: the time it takes does not grow with the table, nobody
-- has to remember where the last look ended, and by and by all of it is looked at.
--
-- Locks: workflow_ids, skipping locked ones. Reads 500 pages of workflow_ids in a row; a_run_starts_once.
-- $1 microseconds since the run's start, at least; $2 where the stretch begins, from 0 to 1
with stretch as (
    select (greatest(pages - 500, 0) * $2::double precision)::bigint as first
      from (select pg_relation_size('engine.workflow_ids') / current_setting('block_size')::integer as pages) s
),
gone as materialized (
    select w.name_space, w.workflow_id
      from engine.workflow_ids w
     where w.ctid >= (select format('(%s,0)', first)::tid from stretch)
       and w.ctid < (select format('(%s,0)', first + 500)::tid from stretch)
       and w.run_id < (select engine.uuid_floor(engine.now() - $1::bigint * interval '1 microsecond'))
       and not exists (select from engine.runs r where r.run_id = w.run_id)
       and not exists (select from engine.live_runs l where l.run_id = w.run_id)
       for update of w skip locked
)
delete from engine.workflow_ids i
 using gone
 where i.name_space = gone.name_space and i.workflow_id = gone.workflow_id
