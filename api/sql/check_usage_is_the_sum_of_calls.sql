-- I-46: The minutes, calls and cost of a day are the sum of that day's calls.
--
-- Locks: nothing. Reads daily_usage and every counted call.
with summed as (
    select organization_id, usage_date, count(*) as calls, sum(billed_minutes) as minutes,
           sum(cost_microdollars) as cost
      from app.calls
     where usage_date is not null
     group by organization_id, usage_date
), compared as (
    select coalesce(u.organization_id, s.organization_id) as organization_id,
           coalesce(u.usage_date, s.usage_date) as usage_date,
           u.calls, s.calls as calls_summed, u.minutes, s.minutes as minutes_summed,
           u.cost_microdollars, s.cost as cost_summed
      from app.daily_usage u
      full join summed s on s.organization_id = u.organization_id and s.usage_date = u.usage_date
), bad as (
    select format('organization %s on %s: %s minutes counted, calls have %s', organization_id, usage_date, minutes,
                  minutes_summed) as example
      from compared
     where calls is distinct from calls_summed
        or minutes is distinct from minutes_summed
        or cost_microdollars is distinct from cost_summed
)
select (select count(*) from compared) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
