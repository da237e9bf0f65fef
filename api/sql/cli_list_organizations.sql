-- Organizations with what they have used in their current period. Locks nothing. Index: daily_usage_pkey.
-- $1 status or null, $2 limit
select o.id::text, o.slug, o.name, o.status, o.plan, p.included_minutes,
       to_char(o.billing_period_end at time zone 'UTC', 'YYYY-MM-DD') as period_end,
       (select coalesce(sum(u.minutes), 0) from app.daily_usage u
         where u.organization_id = o.id
           and u.usage_date >= (o.billing_period_start at time zone 'UTC')::date
           and u.usage_date <= (o.billing_period_end at time zone 'UTC')::date) as minutes
from app.organizations o
join app.plans p on p.slug = o.plan
where $1::text is null or o.status = $1
order by o.slug
limit $2::integer
