-- Serves rebuild_usage_days, second step. Locks: the days, in the order of their key; a call that is being counted on
-- one of them is waited for, and seen by the third step. Index: daily_usage_pkey. $1 organizations, $2 first and $3
-- last day.
select organization_id::text, usage_date::text
from app.daily_usage
where organization_id = any ($1::uuid[]) and usage_date between $2::date and $3::date
order by organization_id, usage_date
for update
