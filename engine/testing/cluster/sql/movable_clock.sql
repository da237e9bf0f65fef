-- The movable clock of a test database: engine.now() reads a shift that the owner may change, for every session and
-- process at once.
--
-- Locks: the new table and engine.now(), for good: run once, in the template. Index: none, one row.
create table engine.test_clock (shift interval not null);
insert into engine.test_clock values ('0');
grant select on engine.test_clock to public;
create or replace function engine.now() returns timestamptz
    stable parallel safe language sql
    as $$ select now() + (select shift from engine.test_clock) $$;
