-- A partition is made apart and attached. `create table … partition of` would lock its parent exclusively: it would wait
-- for every transaction that uses the parent, all that came after would wait for it, and two parents in one transaction
-- could deadlock with a worker's batch.

-- Makes the months from..until of every partitioned engine table. May be repeated, also by several at once. Runs as the
-- owner, for migrations and for the daily maintenance.
--
-- Locks: share update exclusive on the parents, until the end of the transaction: reading and writing go on.
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
                execute format('create table engine.%I (like engine.%I including all)', child, parent);
                execute format('revoke all on engine.%I from callflex_app, callflex_readonly, callflex_system', child);
                execute format('alter table engine.%I attach partition engine.%I for values from (%L) to (%L)',
                               parent, child, engine.uuid_floor(month at time zone 'UTC'),
                               engine.uuid_floor((month + interval '1 month') at time zone 'UTC'));
                made := made + 1;
            end if;
        end loop;
        month := month + interval '1 month';
    end loop;
    return made;
end
$$;
