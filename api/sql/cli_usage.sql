-- An organization's usage by day, newest first. Locks nothing. Index: daily_usage_pkey.
-- $1 organization, $2 from date, $3 until date
select u.usage_date::text, u.calls, u.minutes, u.cost_microdollars
from app.daily_usage u
where u.organization_id = $1::uuid and u.usage_date between $2::date and $3::date
order by u.usage_date desc
