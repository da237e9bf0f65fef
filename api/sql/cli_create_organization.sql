-- A new organization, with its owner if an address is given. Locks: the new rows; a slug that is taken raises 23505.
-- $1 id, $2 name, $3 slug, $4 industry, $5 plan, $6 time zone, $7 owner's e-mail or null, $8 user id, $9 trial days
with organization as (
    insert into app.organizations (id, name, slug, industry, plan, time_zone, billing_period_start, billing_period_end,
                                   settings)
    values ($1::uuid, $2, $3, $4, $5, $6, engine.now(), engine.now() + make_interval(days => $9::integer),
            case when $7::text is null then '{}'::jsonb
                 else jsonb_build_object('notifications', jsonb_build_object('email', jsonb_build_array($7::text))) end)
    returning id
),
owner as (
    insert into app.users (id, email)
    select $8::uuid, lower($7::text) where $7::text is not null
    on conflict (email) do update set email = excluded.email
    returning id
)
insert into app.organization_members (organization_id, user_id, role)
select organization.id, owner.id, 'owner' from organization, owner
