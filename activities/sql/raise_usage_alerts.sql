-- Serves raise_usage_alerts and rebuild_usage_day: remembers thresholds that are crossed and were not yet in this
-- period. Locks: the new alerts, in the order of their key; of two that see the same crossing one inserts. Index:
-- daily_usage_pkey and calls_by_usage_date by app.period_minutes. One row an alert, the highest of an organization
-- first. $1 organizations.
with wanted as materialized (
    select o.id, o.billing_period_start, o.settings, p.included_minutes::bigint as included,
           app.period_minutes(o.id, o.billing_period_start, o.billing_period_end) as minutes
    from app.organizations o
    join app.plans p on p.slug = o.plan
    where o.id = any ($1::uuid[]) and p.included_minutes > 0 and o.status <> 'canceled'
),
crossed as (
    select w.id, w.billing_period_start, t.threshold, w.minutes, w.included
    from wanted w
    cross join lateral (
        select 80 as threshold
        union select 100
        union select floor(n.number)::integer
              from jsonb_array_elements(
                       case jsonb_typeof(w.settings -> 'notifications' -> 'usage_thresholds')
                           when 'array' then w.settings -> 'notifications' -> 'usage_thresholds'
                           else '[]'
                       end) with ordinality as e (value, position)
              cross join lateral (select case jsonb_typeof(e.value)
                                             when 'number' then e.value::numeric
                                         end as number) as n
              where e.position <= 20 and n.number between 1 and 1000
    ) as t
    where w.minutes * 100 >= t.threshold * w.included
),
raised as (
    insert into app.usage_alerts (organization_id, period_start, threshold, minutes, included)
    select id, billing_period_start, threshold, minutes, included
    from crossed
    order by id, threshold
    on conflict on constraint usage_alerts_pkey do nothing
    returning *
)
select organization_id::text, extract(epoch from period_start)::bigint as period, threshold, minutes, included
from raised
order by organization_id, threshold desc
