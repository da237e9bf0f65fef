-- What fakes have been asked and have answered: the world outside, which no crash of a worker forgets.
--
-- Locks: the new table. Index: its primary key; calls_of_activity for counts and for what went before.
create schema testing;
grant usage on schema testing to public;
create table testing.calls (
    call_no bigint generated always as identity primary key,
    activity text not null,
    key text not null,      -- <run>/<activity>: the same for every attempt
    attempt integer not null,
    outcome text not null,  -- done, failed, unknown
    delivery text not null, -- at_least_once, at_most_once
    input text not null,
    output text,            -- of what is done
    at timestamptz not null default engine.now(),
    constraint a_call_ends_in_a_known_way check (outcome in ('done', 'failed', 'unknown'))
);
create index calls_of_activity on testing.calls (activity, key);
grant select, insert on testing.calls to public;
