-- What the daily housekeeping needs beyond the application's rights: making and dropping partitions is the owner's.

create index webhook_deliveries_finished on app.webhook_deliveries (finished_at)
    where status in ('delivered', 'canceled');

-- The first moment of the oldest month of calls, if that month ended at least `keep_months` whole months before the month
-- of `moment`; else null.
create function app.oldest_month_to_drop(keep_months integer, moment timestamptz) returns timestamptz
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select m.month
      from (select make_timestamptz(substring(c.relname from 'calls_(\d{4})_')::integer,
                                    substring(c.relname from '_(\d{2})$')::integer, 1, 0, 0, 0, 'UTC') as month
              from pg_inherits i
              join pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'app.calls'::regclass
             order by 1
             limit 1) as m
     where keep_months >= 1
       and m.month < (date_trunc('month', moment at time zone 'UTC') - make_interval(months => keep_months))
                     at time zone 'UTC'
$$;

-- Drops one month of calls. Refused by the foreign keys while transcripts or recordings still refer to it.
create function app.drop_calls_of(month timestamptz) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    partition text := 'calls_' || to_char(month at time zone 'UTC', 'YYYY_MM');
begin
    execute format('alter table app.calls detach partition app.%I', partition);
    execute format('drop table app.%I', partition);
end
$$;
revoke all on function app.drop_calls_of(timestamptz) from public;
grant execute on function app.drop_calls_of(timestamptz) to callflex_system;
