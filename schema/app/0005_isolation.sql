-- One organization never sees another's rows, whatever a statement forgets.
--
-- Every tenant-owned table has row-level security, forced, so that not even the owner is exempt. Two policies:
--
--   of_the_organization   for the daemons and for readers: rows of the organizations that the transaction has named in
--                         app.current_organization ("<uuid>" or "<uuid>,<uuid>", by SET LOCAL). None named: no rows.
--   of_the_whole_system   for callflex_system, a role that nobody logs in as. A transaction that has to see everybody
--                         (the monthly sweep, a webhook that names no organization) says SET LOCAL ROLE callflex_system.
--
-- callflex_app is a member of callflex_system without inheriting from it: the rights come with SET ROLE, not before.
-- In the program: activities/tenancy.hpp.

-- The organizations that the transaction works for; none: null, which equals nothing.
create function app.current_organizations() returns uuid[]
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select string_to_array(nullif(current_setting('app.current_organization', true), ''), ',')::uuid[]
$$;

-- Isolates a table by the column that names its organization. For migrations; later tables call it too.
create procedure app.isolate(tenant_table regclass, tenant_column name default 'organization_id')
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('alter table %s enable row level security, force row level security', tenant_table);
    execute format('create policy of_the_organization on %s to callflex_app, callflex_readonly '
                   'using (%I = any (app.current_organizations())) '
                   'with check (%I = any (app.current_organizations()))', tenant_table, tenant_column, tenant_column);
    execute format('create policy of_the_whole_system on %s to callflex_system using (true) with check (true)',
                   tenant_table);
end
$$;
revoke all on procedure app.isolate(regclass, name) from public;

call app.isolate('app.organizations', 'id');
call app.isolate('app.organization_secrets');
call app.isolate('app.organization_members');
call app.isolate('app.assistants');
call app.isolate('app.phone_numbers');
call app.isolate('app.calls');
call app.isolate('app.call_refs');
call app.isolate('app.call_transcripts');
call app.isolate('app.call_recordings');
call app.isolate('app.call_actions');
call app.isolate('app.contacts');
call app.isolate('app.daily_usage');
call app.isolate('app.integrations');
call app.isolate('app.inbound_webhooks');
call app.isolate('app.notifications');
call app.isolate('app.live_events');
call app.isolate('app.webhook_endpoints');
call app.isolate('app.webhook_endpoint_secrets');
call app.isolate('app.webhook_deliveries');
call app.isolate('app.webhook_attempts');
call app.isolate('app.billing_events');
call app.isolate('app.usage_alerts');

-- People belong to organizations through their memberships.
alter table app.users enable row level security, force row level security;
create policy of_the_organization on app.users to callflex_app, callflex_readonly
    using (exists (select from app.organization_members m
                    where m.user_id = users.id and m.organization_id = any (app.current_organizations())))
    with check (true);
create policy of_the_whole_system on app.users to callflex_system using (true) with check (true);

-- A partition reached by its own name would pass by its parent's policies: nobody has rights on one. The function runs as
-- the owner; new partitions lose what default privileges gave them.
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
        if to_regclass('app.' || partition) is null then
            execute format('create table app.%I partition of app.calls for values from (%L) to (%L)', partition,
                           month::timestamp at time zone 'UTC',
                           (month + interval '1 month')::timestamp at time zone 'UTC');
            made := made + 1;
        end if;
        execute format('revoke all on app.%I from callflex_app, callflex_readonly, callflex_system', partition);
    end loop;
    return made;
end
$$;
select app.create_partitions();

grant usage on schema app, engine to callflex_system;
grant select, insert, update, delete on all tables in schema app, engine to callflex_system;
grant usage on all sequences in schema app, engine to callflex_system;
revoke insert, update, delete on engine.migrations from callflex_system;
grant execute on function app.create_partitions(integer, integer, timestamptz) to callflex_system;
grant execute on function app.current_organizations() to callflex_app, callflex_readonly, callflex_system;
revoke insert, update, delete on app.industries, app.plans from callflex_app, callflex_system;
revoke all on app.webhook_endpoint_secrets, app.integrations, app.users from callflex_readonly;
-- The grant to all tables has reached partitions too.
do $$
declare
    partition regclass;
begin
    for partition in select c.oid from pg_catalog.pg_class c
                      where c.relispartition and c.relkind = 'r'
                        and c.relnamespace in ('app'::regnamespace, 'engine'::regnamespace) loop
        execute format('revoke all on %s from callflex_app, callflex_readonly, callflex_system', partition);
    end loop;
end
$$;
