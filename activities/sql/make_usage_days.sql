-- Serves rebuild_usage_days, first step: every day that has counted calls has a row, so that the second step can lock
-- it. Locks: the new rows, in the order of their key. Index: calls_by_usage_date, the partitions of the days alone (a
-- call begins at most 31 days before it ends). $1 organizations, $2 first and $3 last day.
insert into app.daily_usage (organization_id, usage_date)
select c.organization_id, c.usage_date
from app.calls c
where c.organization_id = any ($1::uuid[])
  and c.usage_date between $2::date and $3::date
  and c.started_at >= ($2::date - 31)::timestamp at time zone 'UTC'
  and c.started_at < ($3::date + 1)::timestamp at time zone 'UTC'
group by c.organization_id, c.usage_date
order by c.organization_id, c.usage_date
on conflict on constraint daily_usage_pkey do nothing
