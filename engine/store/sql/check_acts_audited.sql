-- I-41: What an operator has done to a run or a queue is on record: pauses, resets, forks.
--
-- Paused activities are I-55, routed builds I-60; that nobody may change the record is I-7. A pause that a run has
-- handed on by continuing as new is on record for an earlier run; bases that have been removed are passed over.
-- Locks: nothing. Reads paused runs and queues, and every run; index: audit_of_target.
with acts as (
    select 'workflow pause' as verb, p.run_id::text as target, null::text as run
      from engine.paused p
     where not exists (select from engine.runs r where r.run_id = p.run_id and r.chain_id <> r.run_id)
     union all
    select 'queue pause', q.queue, null from engine.queues q where q.paused_at is not null
     union all
    select case when r.chain_id = b.chain_id then 'workflow reset' else 'workflow fork' end, b.workflow_id,
           r.run_id::text
      from engine.runs r
      join engine.runs b on b.run_id = r.base_run
     where r.base_run is not null
), bad as (
    select format('%s of %s%s is not on record', a.verb, a.target, coalesce(', which made run ' || a.run, ''))
               as example
      from acts a
     where not exists (select from engine.audit u
                        where u.target = a.target and u.verb = a.verb
                          and (a.run is null or u.details ->> 'run' = a.run))
)
select (select count(*) from acts) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
