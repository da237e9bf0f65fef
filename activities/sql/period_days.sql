-- Serves reconcile_usage: first and last UTC day of a period. Locks nothing. $1 organization, $2 the period's end.
select ((period_start at time zone 'UTC')::date)::text as first_day,
       (((period_end - interval '1 microsecond') at time zone 'UTC')::date)::text as last_day
from app.billing_periods
where organization_id = $1::uuid and period_end = $2::timestamptz
