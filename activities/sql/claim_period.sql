-- Serves claim_period_usage: the figures of the bill, from the calls on it and the plan of this moment. Locks: the
-- period (already held). $1 organization, $2 the period's end.
with billed as (
    select count(b.call_id) as calls, coalesce(sum(b.minutes), 0)::bigint as minutes,
           coalesce(sum(b.minutes) filter (where b.late), 0)::bigint as late_minutes
    from app.billing_periods p
    left join app.billed_calls b on b.organization_id = p.organization_id and b.period_start = p.period_start
    where p.organization_id = $1::uuid and p.period_end = $2::timestamptz
)
update app.billing_periods p
set state = 'claimed',
    claimed_at = now(),
    calls = billed.calls,
    minutes = billed.minutes,
    late_minutes = billed.late_minutes,
    included_minutes = plans.included_minutes,
    overage_minutes = greatest(0, billed.minutes - plans.included_minutes),
    overage_cents = greatest(0, billed.minutes - plans.included_minutes) * plans.overage_cents_per_minute
from billed, app.organizations o
join app.plans on plans.slug = o.plan
where p.organization_id = $1::uuid and p.period_end = $2::timestamptz and o.id = p.organization_id
returning p.state, p.calls, p.minutes, p.late_minutes, p.included_minutes, p.overage_minutes, p.overage_cents
