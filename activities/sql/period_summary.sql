-- Serves plan_period_summary. Locks nothing. Index: organization_members_by_role. One row an owner, the period's
-- figures in each. $1 organization, $2 the period's end.
select u.email,
       o.name,
       to_char(p.period_start at time zone o.time_zone, 'FMMonth FMDD, YYYY') as first_day,
       to_char(p.period_end at time zone o.time_zone, 'FMMonth FMDD, YYYY') as last_day,
       p.calls, p.minutes, p.late_minutes, p.included_minutes, p.overage_minutes, p.overage_cents,
       extract(epoch from p.period_end)::bigint as key
from app.billing_periods p
join app.organizations o on o.id = p.organization_id
join app.organization_members m on m.organization_id = o.id and m.role = 'owner'
join app.users u on u.id = m.user_id
where p.organization_id = $1::uuid and p.period_end = $2::timestamptz and p.state in ('claimed', 'closed')
order by u.email
limit 50
