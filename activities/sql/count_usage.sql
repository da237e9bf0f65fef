-- Serves count_usage. Locks: the call, then its day. Counts a call once however often it is run: a call with billed
-- minutes has been counted. No row: counted before, or no such call. $1 organization, $2 started_at, $3 call,
-- $4 ended_at (its UTC date is the day), $5 minutes, $6 cost in micro-dollars.
with counted as (
    update app.calls
    set billed_minutes = $5::bigint,
        cost_microdollars = $6::bigint,
        usage_date = ($4::timestamptz at time zone 'UTC')::date,
        updated_at = now()
    where organization_id = $1::uuid
      and started_at = $2::timestamptz
      and id = $3::uuid
      and billed_minutes is null
    returning organization_id, usage_date, billed_minutes, cost_microdollars
)
insert into app.daily_usage (organization_id, usage_date, calls, minutes, cost_microdollars)
select organization_id, usage_date, 1, billed_minutes, cost_microdollars
from counted
on conflict on constraint daily_usage_pkey do update
set calls = daily_usage.calls + 1,
    minutes = daily_usage.minutes + excluded.minutes,
    cost_microdollars = daily_usage.cost_microdollars + excluded.cost_microdollars,
    updated_at = now()
returning usage_date::text, calls, minutes
