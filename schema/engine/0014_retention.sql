-- How long closed runs are kept, and the space that they leave.

-- How long a closed run is kept, by type and outcome; '' fits any. The most special policy decides: type and outcome,
-- type, outcome, neither. Without any a run is kept for ever.
create table engine.retention (
    type text collate "C" not null default '',
    status text collate "C" not null default '',
    keep interval not null,
    export boolean not null default false,  -- only after its history has been written to the export folder
    changed_at timestamptz not null,
    constraint a_kind_of_run_has_one_policy primary key (type, status),
    constraint a_policy_is_for_an_outcome check (status in
        ('', 'completed', 'failed', 'canceled', 'timed_out', 'terminated', 'continued_as_new')),
    constraint a_run_is_kept_a_while check (keep >= interval '0')
);

-- The policy's time for a run of a type that ended in a way; null: for ever.
create function engine.kept_for(run_type text, run_status text) returns interval
    language sql stable parallel safe
    as $$
    select keep from engine.retention
     where type in (run_type, '') and status in (run_status, '')
     order by type = '', status = '' limit 1
    $$;

-- Space that retention has freed is given back a bite at a time: the daily maintenance calls engine.shrink_partitions
-- until it has found nothing. A month whose runs are gone may still get rows: an open chain that began in it keys its
-- messages, updates and published values by its first run, and a closed one may be reset. Only a month that no run or
-- chain names any more loses its partitions.

-- The partitions of months that ended before a moment, with what the statistics know of them (null: nothing yet).
create function engine.past_partitions(before timestamptz)
    returns table (parent name, child name, bound text, low uuid, high uuid, bytes bigint,
                   rows_bytes double precision, heap_bytes bigint)
    language sql stable
    as $$
    select p.relname, c.relname, pg_get_expr(c.relpartbound, c.oid), engine.uuid_floor(m.begins),
           engine.uuid_floor(m.ends), pg_total_relation_size(c.oid),
           nullif(c.reltuples, -1) * (select 28 + sum((1 - s.null_frac) * s.avg_width) from pg_stats s
                                       where s.schemaname = 'engine' and s.tablename = c.relname),
           pg_relation_size(c.oid)
      from pg_inherits i
      join pg_class p on p.oid = i.inhparent
      join pg_class c on c.oid = i.inhrelid
     cross join lateral (
        select make_timestamptz(substring(c.relname from '_([0-9]{4})_[0-9]{2}$')::integer,
                                substring(c.relname from '_([0-9]{2})$')::integer, 1, 0, 0, 0, 'UTC')) as f(begins)
     cross join lateral (
        select f.begins, (f.begins at time zone 'UTC' + interval '1 month') at time zone 'UTC') as m(begins, ends)
     where p.relkind = 'p' and p.relnamespace = 'engine'::regnamespace
       and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
       and m.ends <= before
    $$;
revoke execute on function engine.past_partitions(timestamptz) from public;

-- Whether a run or chain that began between two ids is known, open or closed: then rows may still come. A chain's runs
-- are not older than it, but for clocks that differ.
create function engine.month_is_in_use(low uuid, high uuid) returns boolean
    language sql stable
    as $$
    select exists (select from engine.live_runs l
                    where l.run_id >= month_is_in_use.low and l.run_id < month_is_in_use.high
                       or l.chain_id >= month_is_in_use.low and l.chain_id < month_is_in_use.high)
        or exists (select from engine.runs r
                    where r.run_id >= month_is_in_use.low and r.run_id < month_is_in_use.high)
        or exists (select from engine.runs r
                    where r.chain_id >= month_is_in_use.low and r.chain_id < month_is_in_use.high)
    $$;
revoke execute on function engine.month_is_in_use(uuid, uuid) from public;

-- One bite: drops the empty partitions of the oldest month that ended before `before` and is not in use; if there is no
-- such month, rewrites one partition of at least `least_bytes` whose rows fill at most the share `most_left` of it (by
-- the statistics): the survivors are moved to a new table that takes its place. Call it again until both are 0. Runs as
-- the owner.
--
-- Locks: the partitions of the bite first (readers go on), then their parents, exclusively, until the end of the
-- transaction: let it be a short one. What waits for a lock for 2 s, or would deadlock, is left for another day: 0
-- and 0.
create function engine.shrink_partitions(before timestamptz, least_bytes bigint, most_left double precision,
                                         out dropped integer, out rewritten integer)
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s'
    as $$
declare
    month record;
    place record;
    occupied boolean;
begin
    dropped := 0;
    rewritten := 0;
    perform pg_advisory_xact_lock(hashtextextended('engine.create_partitions', 0));
    for month in select distinct p.low, p.high from engine.past_partitions(before) p order by p.low loop
        continue when engine.month_is_in_use(month.low, month.high);
        for place in select p.parent, p.child from engine.past_partitions(before) p
                      where p.low = month.low order by p.parent
        loop
            execute format('select exists (select from engine.%I)', place.child) into occupied;
            continue when occupied;
            execute format('lock table engine.%I in share row exclusive mode', place.child);
            execute format('select exists (select from engine.%I)', place.child) into occupied;
            continue when occupied;
            execute format('alter table engine.%I detach partition engine.%I', place.parent, place.child);
            execute format('drop table engine.%I', place.child);
            dropped := dropped + 1;
        end loop;
        if dropped > 0 then return; end if;
    end loop;
    for place in select p.parent, p.child, p.bound, p.child || '_fresh' as fresh from engine.past_partitions(before) p
                  where p.bytes >= least_bytes and p.rows_bytes <= most_left * p.heap_bytes
                  order by p.low, p.parent
    loop
        execute format('select exists (select from engine.%I)', place.child) into occupied;
        continue when not occupied;
        execute format('lock table engine.%I in share row exclusive mode', place.child);
        execute format('create table engine.%I (like engine.%I including all)', place.fresh, place.parent);
        execute format('insert into engine.%I select * from engine.%I', place.fresh, place.child);
        execute format('alter table engine.%I detach partition engine.%I', place.parent, place.child);
        execute format('drop table engine.%I', place.child);
        execute format('alter table engine.%I rename to %I', place.fresh, place.child);
        execute format('alter table engine.%I attach partition engine.%I %s', place.parent, place.child, place.bound);
        execute format('revoke all on engine.%I from callflex_app, callflex_readonly, callflex_system', place.child);
        rewritten := 1;
        return;
    end loop;
exception
    when lock_not_available or deadlock_detected then
        dropped := 0;
        rewritten := 0;
end
$$;
revoke execute on function engine.shrink_partitions(timestamptz, bigint, double precision) from public;
grant execute on function engine.shrink_partitions(timestamptz, bigint, double precision) to callflex_system;
