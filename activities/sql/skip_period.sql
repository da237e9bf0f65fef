-- Serves skip_period. Locks: the period. $1 organization, $2 the period's end.
update app.billing_periods
set state = 'skipped'
where organization_id = $1::uuid and period_end = $2::timestamptz and state = 'open'
