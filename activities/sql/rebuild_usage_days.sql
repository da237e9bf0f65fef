-- Serves rebuild_usage_days, third step: the locked days become the sum of their calls; those without calls go. Must be
-- a statement of its own, after the locks: its snapshot has every call that was counted before. One row a day that was
-- wrong. Index: calls_by_usage_date. $1 and $2 organizations and dates of the locked days, $3 first and $4 last day.
with days as (
    select * from unnest($1::uuid[], $2::date[]) as d (organization_id, usage_date)
),
summed as (
    select d.organization_id, d.usage_date, count(c.id) as calls,
           coalesce(sum(c.billed_minutes), 0)::bigint as minutes,
           coalesce(sum(c.cost_microdollars), 0)::bigint as cost_microdollars
    from days d
    left join app.calls c
        on c.organization_id = d.organization_id
       and c.usage_date = d.usage_date
       and c.started_at >= ($3::date - 31)::timestamp at time zone 'UTC'
       and c.started_at < ($4::date + 1)::timestamp at time zone 'UTC'
    group by d.organization_id, d.usage_date
),
wrong as (
    select s.*, u.minutes as minutes_before
    from summed s
    join app.daily_usage u using (organization_id, usage_date)
    where s.calls = 0
       or (u.calls, u.minutes, u.cost_microdollars) is distinct from (s.calls, s.minutes, s.cost_microdollars)
),
repaired as (
    update app.daily_usage u
    set calls = w.calls, minutes = w.minutes, cost_microdollars = w.cost_microdollars, updated_at = now()
    from wrong w
    where u.organization_id = w.organization_id and u.usage_date = w.usage_date and w.calls > 0
),
emptied as (
    delete from app.daily_usage u
    using wrong w
    where u.organization_id = w.organization_id and u.usage_date = w.usage_date and w.calls = 0
)
select organization_id::text, usage_date::text, minutes_before, minutes
from wrong
order by organization_id, usage_date
