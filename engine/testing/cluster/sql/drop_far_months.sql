-- Drops the months of partitioned tables that are further ahead than the fourth: a session that plans for a table opens
-- all of its partitions, and a copy of the database copies them.
--
-- Locks: the tables that go and their parents, for good: run once, in the template. Index: none.
do $$
declare
    far record;
begin
    for far in
        select i.inhparent::regclass as parent, i.inhrelid::regclass as child
          from pg_catalog.pg_inherits i
          join pg_catalog.pg_class c on c.oid = i.inhrelid
         where c.relkind = 'r' and c.relispartition and c.relnamespace in ('engine'::regnamespace, 'app'::regnamespace)
           and right(c.relname, 7) > to_char(now() at time zone 'UTC' + interval '4 months', 'YYYY_MM')
    loop
        -- Detached first: other tables' foreign keys hold on to a partition.
        execute format('alter table %s detach partition %s', far.parent, far.child);
        execute format('drop table %s', far.child);
    end loop;
end
$$
