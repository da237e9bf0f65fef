-- Months of calls are made apart and attached, as the engine's: `create table … partition of` would lock the calls
-- exclusively and wait for every report that reads them, and all that came after would wait for it.
--
-- A partition reached by its own name would pass by its parent's policies: nobody has rights on one. The function runs as
-- the owner; new partitions lose what default privileges gave them.
--
-- Locks: share update exclusive on the calls, reading and writing them goes on; what foreign keys connect to them share
-- row exclusive, where only reading goes on: let the transaction be a short one.
create or replace function app.create_partitions(months_back integer default 2, months_ahead integer default 12,
                                                 middle timestamptz default now())
    returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    first_day date := date_trunc('month', middle at time zone 'UTC')::date;
    month date;
    partition text;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('app.create_partitions', 0));
    for i in -months_back .. months_ahead loop
        month := first_day + make_interval(months => i);
        partition := 'calls_' || to_char(month, 'YYYY_MM');
        continue when to_regclass('app.' || partition) is not null;
        execute format('create table app.%I (like app.calls including all)', partition);
        execute format('revoke all on app.%I from callflex_app, callflex_readonly, callflex_system', partition);
        execute format('alter table app.calls attach partition app.%I for values from (%L) to (%L)', partition,
                       month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
        made := made + 1;
    end loop;
    return made;
end
$$;
