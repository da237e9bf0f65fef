-- Serves claim_period_usage. Locks: the period. No row: no period ends then. $1 organization, $2 the period's end.
select state, calls, minutes, late_minutes, included_minutes, overage_minutes, overage_cents
from app.billing_periods
where organization_id = $1::uuid and period_end = $2::timestamptz
for update
