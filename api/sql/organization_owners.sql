-- The owners of an organization, at most 50. Locks nothing. Index: organization_members_by_role. $1 organization.
select u.email, o.name
from app.organization_members m
join app.organizations o on o.id = m.organization_id
join app.users u on u.id = m.user_id
where m.organization_id = $1::uuid and m.role = 'owner'
order by u.email
limit 50
