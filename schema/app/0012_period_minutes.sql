-- Usage of a period by days. Only where it does not begin and end at midnight are calls looked at, and then those of
-- the days at its edges (by calls_by_usage_date): before, every question read the calls of the whole period.
create or replace function app.period_minutes(organization uuid, first timestamptz, last timestamptz) returns bigint
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    first_day date := (first at time zone 'UTC')::date;
    last_day date := (last at time zone 'UTC')::date;
    starts_within boolean := first_day::timestamp at time zone 'UTC' < first;
    ends_within boolean := last_day::timestamp at time zone 'UTC' < last;
    edges date[] := array_remove(array[case when starts_within then first_day end,
                                       case when ends_within then last_day end], null);
    minutes bigint := coalesce((select sum(u.minutes)
                                  from app.daily_usage u
                                 where u.organization_id = organization
                                   and u.usage_date >= first_day + starts_within::integer
                                   and u.usage_date < last_day), 0);
begin
    if edges = '{}' then
        return minutes;
    end if;
    return minutes + coalesce((select sum(c.billed_minutes)
                                 from app.calls c
                                where c.organization_id = organization
                                  and c.usage_date = any (edges)
                                  and c.ended_at >= first and c.ended_at < last
                                  and c.started_at >= first - interval '31 days' and c.started_at < last), 0);
end
$$;
