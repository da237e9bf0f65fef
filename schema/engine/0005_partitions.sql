-- Partitions of every partitioned engine table, as the catalogue lists them, and rights on none of them: rows are reached
-- through the parents, where rights are given.

-- Makes the months from..until of every partitioned engine table. May be repeated, also by several at
-- once. Runs as the owner, for migrations and for the daily maintenance.
create or replace function engine.create_partitions(from_moment timestamptz, until_moment timestamptz) returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    month timestamp := date_trunc('month', from_moment at time zone 'UTC');
    parent name;
    child text;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('engine.create_partitions', 0));
    while month <= until_moment at time zone 'UTC' loop
        for parent in select c.relname from pg_catalog.pg_class c
                       where c.relkind = 'p' and c.relnamespace = 'engine'::regnamespace
                       order by c.relname loop
            child := parent || to_char(month, '_YYYY_MM');
            if to_regclass('engine.' || child) is null then
                execute format('create table engine.%I partition of engine.%I for values from (%L) to (%L)',
                               child, parent, engine.uuid_floor(month at time zone 'UTC'),
                               engine.uuid_floor((month + interval '1 month') at time zone 'UTC'));
                execute format('revoke all on engine.%I from callflex_app, callflex_readonly, callflex_system', child);
                made := made + 1;
            end if;
        end loop;
        month := month + interval '1 month';
    end loop;
    return made;
end
$$;
revoke execute on function engine.create_partitions(timestamptz, timestamptz) from public;
grant execute on function engine.create_partitions(timestamptz, timestamptz) to callflex_system;
