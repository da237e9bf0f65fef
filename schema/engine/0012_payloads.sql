-- Payloads that are not in the rows that refer to them, the keys that encrypt payloads, and how long closed runs are kept.

-- Data keys, wrapped by a master key that the database never sees. One is current for each tenant, and for each person
-- that a tenant's runs are about; earlier ones open what they have sealed. A key whose wrapped bytes are gone is erased,
-- and with it every payload that names it, here, in the inbox, in exports and in backups of histories.
create table engine.payload_keys (
    key_id uuid not null,
    tenant text not null,
    subject text collate "C" not null default '',  -- keyed hash of the person; '': the tenant's own key
    master text not null,                           -- id of the master key that wraps it
    wrapped bytea,
    created_at timestamptz not null,
    retired_at timestamptz,                         -- seals nothing any more
    erased_at timestamptz,
    constraint a_data_key_is_made_once primary key (key_id),
    constraint an_erased_key_is_gone check ((wrapped is null) = (erased_at is not null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);

create unique index payload_keys_current on engine.payload_keys (tenant, subject)
    where retired_at is null and erased_at is null;
-- Serves erasing a person across tenants.
create index payload_keys_of_subject on engine.payload_keys (subject) where subject <> '';

-- Large payloads, each once, by the digest of its bytes (compressed, encrypted). Who refers to one says so in
-- payload_uses in the same or an earlier transaction, and touches the row: what nobody uses, and nobody has touched for a
-- day, is swept.
create table engine.payloads (
    digest bytea not null,
    key_id uuid,                    -- that encrypts it
    bytes bytea,                    -- null: erased
    touched_at timestamptz not null,
    constraint a_payload_is_stored_once primary key (digest),
    constraint a_digest_has_32_bytes check (octet_length(digest) = 32)
);
alter table engine.payloads alter column bytes set storage external;

-- Serves erasing.
create index payloads_of_key on engine.payloads (key_id) where key_id is not null;
-- Serves the sweep.
create index payloads_by_touch on engine.payloads (touched_at);

create table engine.payload_uses (
    run_id uuid not null,
    digest bytea not null,
    constraint a_run_uses_a_payload_once primary key (run_id, digest)
) partition by range (run_id);
-- Serves the sweep.
create index payload_uses_of_digest on engine.payload_uses (digest);

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

-- Drops the partitions of past months in which nothing is left, and gives back the space of those that have but a few
-- survivors: these are moved to a new table that takes the partition's place. Months that ended less than `margin` ago
-- are left alone, and so are partitions below `least_bytes` and those of which more than `most_left` of the rows are
-- alive (by the statistics). Runs as the owner. Returns how many were dropped and how many rewritten.
--
-- Locks: the partition first (readers go on), then its parent, exclusively and briefly: to detach and to attach. Gives up
-- after 2 s of waiting for it: the next day comes.
create function engine.shrink_partitions(before timestamptz, least_bytes bigint, most_left double precision,
                                         out dropped integer, out rewritten integer)
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s'
    as $$
declare
    place record;
    left_over bigint;
    fresh text;
begin
    dropped := 0;
    rewritten := 0;
    perform pg_advisory_xact_lock(hashtextextended('engine.create_partitions', 0));
    for place in
        select p.relname as parent, c.relname as child, c.oid as id, c.reltuples as rows_then,
               pg_get_expr(c.relpartbound, c.oid) as bound
          from pg_inherits i
          join pg_class p on p.oid = i.inhparent
          join pg_class c on c.oid = i.inhrelid
         where p.relkind = 'p' and p.relnamespace = 'engine'::regnamespace
           and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
           and make_timestamptz(substring(c.relname from '_([0-9]{4})_[0-9]{2}$')::integer,
                                substring(c.relname from '_([0-9]{2})$')::integer, 1, 0, 0, 0, 'UTC')
               + interval '1 month' <= before
         order by p.relname, c.relname
    loop
        execute format('lock table engine.%I in share row exclusive mode', place.child);
        execute format('select count(*) from engine.%I', place.child) into left_over;
        if left_over > 0 and (pg_total_relation_size(place.id) < least_bytes
                              or left_over > most_left * greatest(place.rows_then, left_over)) then
            continue;
        end if;
        if left_over > 0 then
            fresh := place.child || '_fresh';
            execute format('create table engine.%I (like engine.%I including all)', fresh, place.parent);
            execute format('insert into engine.%I select * from engine.%I', fresh, place.child);
        end if;
        execute format('alter table engine.%I detach partition engine.%I', place.parent, place.child);
        execute format('drop table engine.%I', place.child);
        if left_over > 0 then
            execute format('alter table engine.%I rename to %I', fresh, place.child);
            execute format('alter table engine.%I attach partition engine.%I %s',
                           place.parent, place.child, place.bound);
            execute format('revoke all on engine.%I from callflex_app, callflex_readonly, callflex_system',
                           place.child);
            rewritten := rewritten + 1;
        else
            dropped := dropped + 1;
        end if;
    end loop;
end
$$;
revoke execute on function engine.shrink_partitions(timestamptz, bigint, double precision) from public;
grant execute on function engine.shrink_partitions(timestamptz, bigint, double precision) to callflex_system;

-- Grows with every change of a schedule's spec: what who changes it has seen is what he names.
alter table engine.schedules
    add column revision bigint not null default 1;
