-- The movable clock of a test database: engine.now() reads a shift that the owner may change, for every session and
-- process at once. Wherever it is moved to, partitions are there: of the month before, and of four ahead.
--
-- Locks: the new table and engine.now(), for good: run once, in the template. Index: none, one row.
create table engine.test_clock (shift interval not null);
insert into engine.test_clock values ('0');
grant select on engine.test_clock to public;
create or replace function engine.now() returns timestamptz
    stable parallel safe language sql
    as $$ select now() + (select shift from engine.test_clock) $$;
create function public.make_months_around_clock() returns trigger
    language plpgsql
    as $$
begin
    if exists (select from generate_series(-1, 4) as n(n)
                where to_regclass('engine.runs_' || to_char(engine.now() at time zone 'UTC' + n.n * interval '1 month',
                                                            'YYYY_MM')) is null) then
        perform engine.create_partitions(engine.now() - interval '1 month', engine.now() + interval '4 months'),
                app.create_partitions(1, 4, engine.now());
    end if;
    return null;
end
$$;
create trigger make_months after update on engine.test_clock
    for each statement execute function public.make_months_around_clock();
