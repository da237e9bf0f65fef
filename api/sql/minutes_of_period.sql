-- Minutes of the organization's current billing period, as billing counts them. Locks nothing. Index: daily_usage_pkey
-- and calls_by_usage_date by app.period_minutes. $1 organization.
select app.period_minutes(id, billing_period_start, billing_period_end)
from app.organizations
where id = $1::uuid
