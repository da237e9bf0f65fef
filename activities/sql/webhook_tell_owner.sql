-- Serves bury_webhook: whom to tell about an endpoint's first dead letter since it worked. Locks: the endpoint. The
-- owners; without any, those who get the organization's notifications. No row: told before, or nobody to tell.
-- $1 organization, $2 endpoint.
with told as (
    update app.webhook_endpoints
    set told_owner_at = engine.now()
    where organization_id = $1::uuid
      and id = $2::uuid
      and told_owner_at is null
    returning url, status, disabled_reason
), owners as (
    select users.email
    from app.organization_members m
    join app.users on users.id = m.user_id
    where m.organization_id = $1::uuid
      and m.role = 'owner'
), others as (
    select jsonb_array_elements_text(case jsonb_typeof(settings -> 'notifications' -> 'email')
                                         when 'array' then settings -> 'notifications' -> 'email' else '[]' end) as email
    from app.organizations
    where id = $1::uuid
), people as (
    select email from owners
    union
    select email from others where not exists (select from owners)
)
select people.email, told.url, told.status, told.disabled_reason, organizations.name
from told
cross join people
join app.organizations on organizations.id = $1::uuid
order by people.email
limit 10
