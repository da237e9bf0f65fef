-- I-38: Row-level security stands before every tenant table, and no role of the daemons passes by it.
--
-- Locks: nothing. Reads the catalogue. Tables without tenants: industries, plans, templates. What runs with its owner's
-- rights is on a list.
with roles as (
    select oid, rolname, rolbypassrls, rolsuper
      from pg_roles
     where rolname in ('callflex_app', 'callflex_system', 'callflex_readonly')
), relations as (
    select c.oid, c.relname, c.relkind, c.relispartition, c.relnamespace, c.relowner, c.relrowsecurity,
           c.relforcerowsecurity, c.reloptions
      from pg_class c
     where c.relnamespace in ('app'::regnamespace, 'engine'::regnamespace) and c.relkind in ('r', 'p', 'v')
), looked_at as (
    select format('table %s: row-level security is not forced, or has no policy for reading and writing',
                  oid::regclass) as example,
           not (relrowsecurity and relforcerowsecurity
                and exists (select from pg_policy p
                             where p.polrelid = r.oid and p.polname = 'of_the_organization'
                               and p.polqual is not null and p.polwithcheck is not null)) as bad
      from relations r
     where relnamespace = 'app'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname not in ('industries', 'plans', 'templates')
     union all
    select format('role %s passes by row-level security', rolname), rolbypassrls or rolsuper from roles
     union all
    select format('role %s owns %s', roles.rolname, relations.oid::regclass), relations.relowner = roles.oid
      from roles cross join relations
     where relations.relowner = roles.oid
     union all
    select format('partition %s can be reached by role %s without its parent', relations.oid::regclass, roles.rolname),
           has_table_privilege(roles.oid, relations.oid, 'select, insert, update, delete, truncate')
      from roles cross join relations
     where relations.relispartition and relations.relkind = 'r'
     union all
    select format('role %s may empty %s, whatever is in it', roles.rolname, relations.oid::regclass),
           has_table_privilege(roles.oid, relations.oid, 'truncate')
      from roles cross join relations
     where not relations.relispartition and relations.relkind in ('r', 'p')
     union all
    select format('view %s shows what its owner may see', oid::regclass),
           not coalesce('security_invoker=true' = any (reloptions), false)
      from relations
     where relkind = 'v'
     union all
    select format('function %s runs with its owner''s rights', p.oid::regprocedure),
           p.oid::regproc::text not in ('app.create_partitions', 'app.drop_calls_of', 'engine.create_partitions',
                                        'engine.shrink_partitions')
           or not exists (select from unnest(p.proconfig) as s(setting) where s.setting like 'search_path=%')
      from pg_proc p
     where p.prosecdef and p.pronamespace in ('app'::regnamespace, 'engine'::regnamespace)
)
select (select count(*) from looked_at) as checked,
       (select count(*) from looked_at where bad) as violated,
       (select string_agg(example, e'\n') from (select example from looked_at where bad limit 5) b) as examples
