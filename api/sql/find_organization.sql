-- Serves the commands' --organization: by id or slug. Locks nothing; by primary key and organization_slugs_are_unique.
-- $1 what was given, $2 the same as an id, or null if it is none.
select id from app.organizations where id = $2::uuid or slug = $1
