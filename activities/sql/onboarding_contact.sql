-- Serves read_contact and prepare_assistant: the organization, what its plan allows, and whom to write to.
-- Locks nothing. Index: organizations_pkey; the counts by the keys' first column. $1 organization.
select o.name, o.time_zone, o.settings::text as settings, coalesce(o.stripe_customer_id, '') as customer_id,
       p.assistants_max, p.phone_numbers_max,
       (select count(*) from app.assistants a
         where a.organization_id = o.id and a.status in ('active', 'paused')) as assistants,
       (select count(*) from app.phone_numbers n
         where n.organization_id = o.id and n.status = 'active') as phone_numbers,
       coalesce((select u.email from app.organization_members m join app.users u on u.id = m.user_id
                  where m.organization_id = o.id and m.role = 'owner'
                  order by m.created_at, m.user_id limit 1),
                o.settings #>> '{notifications,email,0}', '') as email
  from app.organizations o join app.plans p on p.slug = o.plan
 where o.id = $1::uuid
