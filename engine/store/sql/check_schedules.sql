-- I-17: A nominal time of a schedule has one run at most, and no schedule with something to do is forgotten.
--
-- Locks: nothing. Reads every run's start and every schedule. Runs that continue as new are one chain.
with started as (
    select r.workflow_id, r.chain_id, e.fields ->> 'scheduled_for' as nominal
      from engine.runs r
      join engine.history h on h.run_id = r.run_id and h.first_event = 1
     cross join lateral (
           select (convert_from(h.activation, 'UTF8')::json -> 'a' -> 0) as fields) e
     where e.fields ->> 'scheduled_for' is not null
), twice as (
    select format('workflow %s: %s runs', workflow_id, count(distinct chain_id)) as example
      from started
     group by workflow_id, nominal
    having count(distinct chain_id) > 1
), forgotten as (
    select format('schedule %s: %s', s.schedule_id,
                  case when s.rules_since is not null then 'nobody will read its rules'
                       when s.next_nominal is not null and not s.paused then 'nobody will look at its next time'
                       else 'what waits waits for nothing' end) as example
      from engine.schedules s
     where s.next_at is null
       and (s.rules_since is not null
            or (s.next_nominal is not null and not s.paused)
            or (exists (select from engine.schedule_buffer b
                         where b.schedule_id = s.schedule_id and (b.origin <> 'schedule' or not s.paused))
                and not exists (select from engine.schedule_runs r
                                 where r.schedule_id = s.schedule_id and not r.beside)))
), bad as (
    select example from twice
     union all
    select example from forgotten
)
select (select count(*) from started) + (select count(*) from engine.schedules) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
