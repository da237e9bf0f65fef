-- Runs at the beginning of every migration, whatever the version: roles, the schema that records migrations, and the
-- privileges that later objects get by default. Everything here may be repeated.
--
-- Roles belong to the cluster, not to the database: two databases may be migrated at the same moment, so "already
-- there" is not an error.

set local client_min_messages = warning;

do $$
declare
    wanted text;
begin
    foreach wanted in array array['callflex_owner', 'callflex_app', 'callflex_readonly', 'callflex_system'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin', wanted);
            exception when duplicate_object or unique_violation then
                null;  -- another database of this cluster was faster
            end;
        end if;
    end loop;

    -- The daemons may become callflex_system for a transaction that has to see every organization (SET LOCAL ROLE);
    -- they do not have its rights otherwise.
    if (select rolinherit from pg_catalog.pg_roles where rolname = 'callflex_app') then
        alter role callflex_app noinherit;
    end if;
    if not pg_catalog.pg_has_role('callflex_app', 'callflex_system', 'member') then
        begin
            grant callflex_system to callflex_app;
        exception when unique_violation then
            null;
        end;
    end if;

    -- The migrating user works as the owner, so that everything belongs to the owner and to nobody who logs in.
    if not pg_catalog.pg_has_role(current_user, 'callflex_owner', 'member') then
        execute format('grant callflex_owner to %I', current_user);
    end if;
    if not pg_catalog.has_database_privilege('callflex_owner', current_database(), 'create') then
        execute format('grant create on database %I to callflex_owner', current_database());
    end if;
    if not exists (select from pg_catalog.pg_namespace where nspname = 'engine') then
        create schema engine authorization callflex_owner;
    end if;
end
$$;

set local role callflex_owner;

-- The daemons read and write rows; they create, alter, truncate and own nothing. People may look.
alter default privileges grant usage on schemas to callflex_app, callflex_readonly, callflex_system;
alter default privileges grant select, insert, update, delete on tables to callflex_app, callflex_system;
alter default privileges grant usage on sequences to callflex_app, callflex_system;
alter default privileges grant select on tables to callflex_readonly;
grant usage on schema engine to callflex_app, callflex_readonly, callflex_system;

create table if not exists engine.migrations (
    area text not null,
    number integer not null,
    name text not null,
    applied_at timestamptz not null default clock_timestamp(),
    constraint a_migration_is_applied_once primary key (area, number)
);
-- Whether releases that do not know it can no longer work with the database (schema/migrate.hpp).
alter table engine.migrations add column if not exists contracts boolean not null default false;
-- Which schema this is must not be for a daemon to say.
revoke insert, update, delete on engine.migrations from callflex_app, callflex_system;

reset role;
