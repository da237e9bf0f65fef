-- Serves count_usage when it found nothing to do: the day that the call was counted for. Locks nothing. No row: no such
-- call. $1 organization, $2 started_at, $3 call.
select daily_usage.usage_date::text, daily_usage.calls, daily_usage.minutes
from app.calls
join app.daily_usage using (organization_id, usage_date)
where calls.organization_id = $1::uuid
  and calls.started_at = $2::timestamptz
  and calls.id = $3::uuid
