-- The role that tests connect as: a member of the application's, which owns nothing. Roles are the cluster's, not the
-- database's, so another program may have made it.
--
-- Locks: the new role. Index: none.
do $$ begin
    if not exists (select from pg_roles where rolname = 'test_app') then
        create role test_app login in role callflex_app;
    end if;
exception when duplicate_object or unique_violation then
    null;
end $$
