-- The role that `callflex dev` gives to ingress, workers and CLI: the application's rights and nothing else.
-- Locks: pg_authid.
do $$
begin
    if not exists (select from pg_roles where rolname = 'callflex_dev') then
        create role callflex_dev login in role callflex_app;
    end if;
end
$$
