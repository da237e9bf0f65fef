-- Quarantine. A database that was restored to an earlier moment has forgotten what was done after it; vendors and
-- customers have not. While a quarantine is open nobody can be a worker, whatever the release: nothing is claimed, no
-- timer fires, no schedule acts, nothing leaves. What comes in is stored as ever, and waits.

create table engine.quarantines (
    quarantine_id bigint generated always as identity,
    restored_to timestamptz not null,       -- the data is complete up to then
    began_at timestamptz not null,          -- runs that had started by then are in doubt for as long as they are open
    began_by text not null,
    reason text not null,
    ended_at timestamptz,
    ended_by text,
    constraint a_quarantine_is_declared_once primary key (quarantine_id),
    constraint an_end_of_quarantine_has_an_author check ((ended_at is null) = (ended_by is null))
);
create unique index one_quarantine_at_a_time on engine.quarantines ((true)) where ended_at is null;
-- What has been declared is not for anybody to take back without a trace.
revoke delete on engine.quarantines from callflex_app, callflex_system;

-- A worker that registers is refused in words; one that renews its lease finds that it is a worker no more, drops what
-- it holds, and is refused when it registers anew.
create function engine.no_worker_in_quarantine() returns trigger
    language plpgsql
    as $$
declare
    found engine.quarantines;
begin
    select * into found from engine.quarantines where ended_at is null;
    if found.quarantine_id is not null then
        if tg_op = 'UPDATE' then
            return null;
        end if;
        raise exception using errcode = 'object_not_in_prerequisite_state', message = format(
            'the database is in quarantine since %s, by %s: %s; nothing runs until `callflex quarantine end`',
            to_char(found.began_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), found.began_by, found.reason);
    end if;
    return new;
end
$$;
create trigger no_worker_in_quarantine before insert or update of lease_until on engine.workers
    for each row execute function engine.no_worker_in_quarantine();
