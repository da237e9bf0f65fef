-- An organization by what people call it. Locks nothing. Indexes: organizations_pkey, organization_slugs_are_unique.
-- $1 id or slug
select id::text
from app.organizations
where slug = $1 or id::text = lower($1)
