-- Serves close_period. Locks: the period, and the key of its event. A repeat changes nothing. $1 organization, $2 the
-- period's end, $3 how the overage was reported, $4 repaired days, $5 and $6 their minutes before and after.
with closed as (
    update app.billing_periods
    set state = 'closed'
    where organization_id = $1::uuid and period_end = $2::timestamptz and state = 'claimed'
    returning *
)
insert into app.billing_events (organization_id, id, type, period_start, period_end, data)
select organization_id, app.uuid_v7(), 'period_closed', period_start, period_end,
       jsonb_build_object('calls', calls, 'minutes', minutes, 'late_minutes', late_minutes,
                          'included_minutes', included_minutes, 'overage_minutes', overage_minutes,
                          'overage_cents', overage_cents, 'overage_reported', $3::text,
                          'repaired_days', $4::bigint, 'repaired_from_minutes', $5::bigint,
                          'repaired_to_minutes', $6::bigint)
from closed
on conflict (organization_id, period_end) where type = 'period_closed' do nothing
