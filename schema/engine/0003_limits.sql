-- Priorities of activity rows, and limits that activities with the same key share: how many attempts run at once, how
-- many start in a second.
--
-- Slots are counted, never kept: an attempt that runs is a row with an owner, so no slot can leak. What is kept is
-- when a key is worth looking at: a *line* is what waits for one key, in one queue, for workers that know the type; it
-- sleeps until `next_at`. Whatever may shorten that wait writes the key into limit_news; inserting waits for nobody,
-- so neither ends of activities nor new rows ever queue up behind a key. The next claim of any worker hears the news.
--
-- Lock order: a claim takes rows of engine.limits (skipping locked ones), whose holder alone changes the key's lines;
-- then activity rows, skipping locked ones. It never waits, so who declares a limit waits for it but a moment.

alter table engine.activities
    add column priority smallint not null default 3,
    add column limit_key text collate "C",  -- null: not limited, or asked to stop while it waited
    add constraint a_priority_is_between_1_and_5 check (priority between 1 and 5),
    add constraint a_limit_key_has_1_to_200_bytes check (octet_length(limit_key) between 1 and 200);

-- Serves claims of rows without a limit: what is not due yet and what waits for a key are not read.
drop index engine.activities_claimable;
create index activities_claimable on engine.activities (queue, priority, available_at, run_id, activity)
    where owner is null and limit_key is null;
-- Serves claims from a line.
create index activities_in_line on engine.activities
    (limit_key, queue, type, priority, available_at, run_id, activity)
    where owner is null and limit_key is not null;
-- Serves counting the slots that a key has in use.
create index activities_under_limit on engine.activities (limit_key)
    where owner is not null and limit_key is not null;
-- Serves the sweeper's search for rows whose workers have died too often.
create index activities_often_lost on engine.activities (queue, lost_attempts)
    where owner is null and lost_attempts > 0;

-- A key's figures and its bucket of starts. The row is the lock under which the key's slots are counted.
create table engine.limits (
    limit_key text collate "C" not null,
    concurrency integer,            -- attempts at once; null: any number
    highest_concurrency integer,    -- ever: a key whose figure was lowered may have that many attempts still running
    per_second double precision,    -- starts a second; null: any number
    burst integer not null,         -- starts at one moment
    tokens double precision not null,  -- starts allowed at refilled_at
    refilled_at timestamptz not null,
    claim bigint not null default 0,   -- token of the claim that looks at the key
    constraint a_key_is_limited_once primary key (limit_key),
    constraint a_limit_lets_something_through
        check (octet_length(limit_key) between 1 and 200 and concurrency > 0
               and per_second between 0.000000001 and 1000000000 and burst > 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

create table engine.limit_lines (
    limit_key text collate "C" not null,
    queue text collate "C" not null,
    type text collate "C" not null,
    next_at timestamptz not null,  -- nothing can be taken before; infinity: until there are news of the key
    constraint a_line_forms_once primary key (limit_key, queue, type)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

-- Serves claims: the lines that have waited longest first, which is taking turns.
create index limit_lines_ripe on engine.limit_lines (queue, next_at);

-- Keys at which something has happened that may let one more attempt start.
create table engine.limit_news (
    news_no bigint generated always as identity,
    limit_key text collate "C" not null,
    constraint news_are_told_in_order primary key (news_no)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- The starts that a key's bucket allows now; null: any number. A clock that went back gives nothing and takes nothing.
create function engine.tokens_now(tokens double precision, burst integer, per_second double precision,
                                  refilled_at timestamptz) returns double precision
    language sql stable parallel safe
    as $$
    select case when per_second is not null then
           least(burst, tokens + per_second * greatest(extract(epoch from engine.now() - refilled_at), 0)) end
    $$;

-- A row that stops running, or that may run earlier than its line expects, is news; so no statement, present or
-- future, can forget to give a slot back. Rows without a key pay for one comparison.
create function engine.tell_limit_news() returns trigger
    language plpgsql
    as $$
begin
    insert into engine.limit_news (limit_key) values (old.limit_key);
    return null;
end
$$;
create trigger a_slot_is_free_when_its_row_goes after delete on engine.activities
    for each row when (old.limit_key is not null and old.owner is not null)
    execute function engine.tell_limit_news();
create trigger a_row_that_waits_again_is_news after update on engine.activities
    for each row when (old.limit_key is not null and new.owner is null)
    execute function engine.tell_limit_news();
