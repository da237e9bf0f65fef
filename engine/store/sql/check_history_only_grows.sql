-- I-7: Nobody may change what has been recorded: histories, the audit trail and verdicts only grow.
--
-- What a copy of a history must be is I-51.
-- Locks: nothing. Reads the catalogue: the rights of the daemons' roles and of readers, all but the owner's.
with looked_at as (
    select r.rolname, t.name, x.act, has_table_privilege(r.oid, t.name, x.act) as may
      from pg_roles r
     cross join unnest(array['engine.history', 'engine.audit', 'engine.verdicts']) as t(name)
     cross join unnest(array['update', 'truncate', 'delete']) as x(act)
     where r.rolname in ('callflex_app', 'callflex_system', 'callflex_readonly')
       and not (t.name = 'engine.history' and x.act = 'delete')  -- goes with its run
), bad as (
    select format('role %s may %s rows of %s: run callflex migrate', rolname, act, name) as example
      from looked_at
     where may
)
select (select count(*) from looked_at) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
