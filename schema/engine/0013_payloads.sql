-- Payloads that are not in the rows that refer to them, and the keys that encrypt payloads.

-- Data keys, wrapped by a master key that the database never sees. One is current for each tenant, and for each
-- person that a tenant's runs are about; earlier ones open what they have sealed. A key whose wrapped bytes are gone
-- is erased, and with it every payload that names it, here, in the inbox, in exports and in backups of histories.
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
-- payload_uses in the same or an earlier transaction, and touches the row: what nobody uses, and nobody has touched
-- for a day, is swept.
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

-- A worker with master keys says so: from its registration on, and for ever after the first data key, payloads are
-- encrypted here.
alter table engine.workers
    add column encrypts boolean not null default false;

-- The months that runs have, for all tables that are partitioned by now: also a chain that is open and older than the
-- months which are made anyway is sent updates, gets attributes, stores payloads.
do $$
declare
    month timestamptz;
begin
    for month in
        select to_date(substr(c.relname, length('runs_') + 1), 'YYYY_MM')::timestamp at time zone 'UTC'
          from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'engine.runs'::regclass
    loop
        perform engine.create_partitions(month, month);
    end loop;
end
$$;
