-- I-60: A build that gets runs was let in by a good verdict, or by a reason that the audit trail has.
--
-- Locks: nothing. Reads deployments, builds, verdicts and the audit trail of the queues.
with routed as (
    select d.queue, d.current_build as build from engine.deployments d
     union all
    select d.queue, d.ramping_build from engine.deployments d where d.ramping_build is not null
), judged as (
    select r.queue, r.build,
           coalesce((select v.passed from engine.verdicts v where v.verdict_no = b.verdict_no
                        and v.queue = r.queue and v.build = r.build), false)
           or exists (select from engine.audit a
                       where a.target = r.queue and a.verb like 'deploy %' and a.reason <> ''
                         and a.details ->> 'build' = r.build) as good
      from routed r
      left join engine.builds b on b.queue = r.queue and b.build = r.build
), bad as (
    select format('queue %s: build %s', queue, build) as example from judged where not good
)
select (select count(*) from judged) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
