-- Serves organization_page. Locks nothing. Index: organizations_pkey, a range of it a page. $1 after this organization
-- (or null), $2 how many, $3 canceled ones too.
select id::text
from app.organizations
where ($1::uuid is null or id > $1::uuid) and ($3::boolean or status <> 'canceled')
order by id
limit $2::integer
