-- Search: typed attributes of runs, the view that lists and counts read, and jobs that act on what a filter finds.

-- A key has one type, that of its first use.
create table engine.search_keys (
    key text collate "C" not null,
    type text collate "C" not null,
    since timestamptz not null,
    constraint a_search_key_has_one_type primary key (key),
    constraint a_search_key_has_a_known_type
        check (type in ('string', 'boolean', 'integer', 'number', 'timestamp', 'strings')),
    constraint a_search_key_has_1_to_100_bytes check (octet_length(key) between 1 and 100),
    constraint a_search_key_is_no_word_of_the_language check (lower(key) not in (
        'and', 'or', 'not', 'in', 'between', 'null', 'order', 'by', 'asc', 'desc', 'true', 'false', 'is', 'starts_with',
        'status', 'starttime', 'closetime', 'duration', 'runid', 'type', 'workflowid', 'tenant', 'queue', 'parent',
        'parentrun', 'blocked', 'blockedreason', 'blockedkind', 'retryingactivity', 'pendingactivity', 'paused',
        'waitingfor', 'cancelrequested', 'chain', 'build'))
);

-- The value of a key, of one run; a list has a row an element. Runs without attributes have no rows, and every index
-- holds the rows of one type of value only.
create table engine.search_attributes (
    run_id uuid not null,
    key text collate "C" not null,
    place smallint not null,        -- in a list; else 0
    text_value text collate "C",    -- of string and strings
    integer_value bigint,
    number_value double precision,
    time_value timestamptz,
    boolean_value boolean,
    tenant text not null,
    constraint an_attribute_has_one_value primary key (run_id, key, place),
    constraint a_value_is_of_one_type
        check (num_nonnulls(text_value, integer_value, number_value, time_value, boolean_value) = 1)
) partition by range (run_id);

create index search_attributes_by_text on engine.search_attributes (key, text_value, run_id)
    where text_value is not null;
create index search_attributes_by_integer on engine.search_attributes (key, integer_value, run_id)
    where integer_value is not null;
create index search_attributes_by_number on engine.search_attributes (key, number_value, run_id)
    where number_value is not null;
create index search_attributes_by_time on engine.search_attributes (key, time_value, run_id)
    where time_value is not null;
create index search_attributes_by_boolean on engine.search_attributes (key, boolean_value, run_id)
    where boolean_value is not null;

-- Serves filters for how runs end; the usual end costs it nothing.
create index closed_runs_that_went_wrong on engine.closed_runs (status, run_id)
    where status in ('failed', 'canceled', 'timed_out', 'terminated');

-- The months that the other tables have.
do $$
declare
    month timestamptz;
begin
    for month in
        select to_date(substr(c.relname, length('runs_') + 1), 'YYYY_MM') at time zone 'UTC'
          from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'engine.runs'::regclass
    loop
        perform engine.create_partitions(month, month);
    end loop;
end
$$;

-- Gives runs attributes: `attributes[i]`, a JSON list of {key, type, value} as histories hold it, are set on
-- `runs[i]`. A null value takes the attribute away. Runs that do not exist get nothing. The one way in which rows of
-- search_attributes come to be, whoever asks: starts, commits of workers, SQL functions. Sent only when there are any.
--
-- Locks: search_keys, new rows by key (a second writer of a new key waits for the first); the rows of the runs.
create function engine.put_search_attributes(runs uuid[], attributes text[]) returns void
    language plpgsql
    as $$
declare
    wrong record;
begin
    insert into engine.search_keys (key, type, since)
    select distinct on (a.key) a.key, a.type, engine.now()
      from unnest(put_search_attributes.attributes) as l(list)
     cross join lateral jsonb_to_recordset(l.list::jsonb) as a(key text, type text, value jsonb)
     where not exists (select from engine.search_keys k where k.key = a.key)
     order by a.key, a.type
    on conflict do nothing;

    select k.key, k.type as known, a.type as given into wrong
      from unnest(put_search_attributes.attributes) as l(list)
     cross join lateral jsonb_to_recordset(l.list::jsonb) as a(key text, type text, value jsonb)
      join engine.search_keys k on k.key = a.key
     where k.type <> a.type
     order by k.key
     limit 1;
    if found then
        raise exception using errcode = 'invalid_parameter_value', message = format(
            'the search attribute %s is of type %s everywhere, and was given as %s: give it another name',
            wrong.key, wrong.known, wrong.given);
    end if;

    delete from engine.search_attributes s
     using unnest(put_search_attributes.runs, put_search_attributes.attributes) as g(run_id, list)
     cross join lateral jsonb_to_recordset(g.list::jsonb) as a(key text)
     where s.run_id = g.run_id and s.key = a.key;

    insert into engine.search_attributes
           (run_id, key, place, text_value, integer_value, number_value, time_value, boolean_value, tenant)
    select r.run_id, a.key, e.place,
           case when a.type in ('string', 'strings') then e.value #>> '{}' end,
           case when a.type = 'integer' then (e.value #>> '{}')::bigint end,
           case when a.type = 'number' then (e.value #>> '{}')::double precision end,
           case when a.type = 'timestamp' then engine.moment((e.value #>> '{}')::bigint) end,
           case when a.type = 'boolean' then (e.value #>> '{}')::boolean end,
           r.tenant
      from unnest(put_search_attributes.runs, put_search_attributes.attributes) as g(run_id, list)
     cross join lateral (select f.run_id, f.tenant from engine.runs f where f.run_id = g.run_id) r
     cross join lateral jsonb_to_recordset(g.list::jsonb) as a(key text, type text, value jsonb)
     cross join lateral (
           select x.value, (x.place - 1)::smallint as place
             from jsonb_array_elements(case when a.type = 'strings' and a.value <> 'null' then a.value
                                            else jsonb_build_array(a.value) end)
                  with ordinality as x(value, place)) e
     where e.value <> 'null';
end
$$;
revoke execute on function engine.put_search_attributes(uuid[], text[]) from public;
grant execute on function engine.put_search_attributes(uuid[], text[]) to callflex_app, callflex_system;

-- Every run with what is known of it without replay: what `workflow list -q` filters, and what people may query. A
-- column that a query does not name costs it nothing.
create view engine.run_overview with (security_invoker = true) as
select r.run_id, r.chain_id, r.name_space,
       r.workflow_id collate "C" as workflow_id,
       r.type collate "C" as type,
       coalesce(c.status, 'running') collate "C" as status,
       r.started_at, c.closed_at,
       engine.microseconds(coalesce(c.closed_at, engine.now())) - engine.microseconds(r.started_at) as duration,
       r.tenant collate "C" as tenant,
       r.queue collate "C" as queue,
       r.parent_run,
       (select p.workflow_id from engine.runs p where p.run_id = r.parent_run) collate "C" as parent,
       b.run_id is not null as blocked,
       b.kind collate "C" as blocked_kind,
       b.reason collate "C" as blocked_reason,
       coalesce(l.cancel_requested, false) as cancel_requested,
       coalesce(l.paused, false) as paused,
       l.build collate "C" as build,  -- the one that it is pinned to, while it is open
       case when l.run_id is null then null
            when b.run_id is not null then 'blocked'
            when l.paused then 'paused'
            when l.owner is not null then 'running'
            when l.wake_at <= engine.now() then 'worker'
            when exists (select from engine.activities a where a.run_id = l.run_id) then 'activity'
            when l.wake_at is not null then 'timer'
            else 'message' end collate "C" as waiting_for,
       l.run_id as open_run,       -- null: it has ended
       c.status as closed_status,  -- null: it is open
       b.run_id as blocked_run
  from engine.runs r
  left join engine.closed_runs c on c.run_id = r.run_id
  left join engine.live_runs l on l.run_id = r.run_id
  left join engine.blocked b on b.run_id = r.run_id;
grant select on engine.run_overview to callflex_app, callflex_readonly, callflex_system;

-- Jobs: one verb for every open run that a filter finds, worked off by the workers, a page a transaction. What a page
-- has done and how far the job has come commit together.
create table engine.batch_jobs (
    job_id uuid not null,
    verb text collate "C" not null,
    filter text not null,               -- in the filter language
    name_space text collate "C" not null,
    arguments text not null,            -- JSON: what the verb needs beyond a run
    reason text not null,
    identity text not null,
    per_second double precision not null,
    created_at timestamptz not null,    -- what starts later is not touched; relative times are relative to it
    next_at timestamptz,                -- the next page may be taken; null: it is over
    last_run uuid,                      -- runs are taken in the order of their ids: done up to here
    total bigint not null,              -- what matched when it was made
    done bigint not null default 0,     -- runs that the verb has reached
    skipped bigint not null default 0,  -- ended, or in a state that refuses the verb
    failed bigint not null default 0,   -- the verb could not be carried out on them
    state text collate "C" not null default 'running',
    ended_at timestamptz,
    trouble text,                       -- why the job itself cannot go on, if so
    constraint a_batch_job_is_made_once primary key (job_id),
    constraint a_batch_job_has_a_known_verb check (verb in ('cancel', 'terminate', 'signal', 'reset')),
    constraint a_batch_job_is_in_a_known_state check (state in ('running', 'completed', 'stopped', 'failed')),
    constraint a_batch_job_has_a_rate check (per_second between 0.01 and 10000),
    constraint a_batch_job_ends_once check ((state = 'running') = (next_at is not null)
                                            and (state = 'running') = (ended_at is null))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

-- Serves the workers' look for pages that are due.
create index batch_jobs_due on engine.batch_jobs (next_at) where next_at is not null;

-- What a job has done to which run: no run twice.
create table engine.batch_runs (
    job_id uuid not null,
    run_id uuid not null,
    outcome text collate "C" not null,
    problem text,                       -- of a failed one
    constraint a_batch_job_takes_a_run_once primary key (job_id, run_id),
    constraint a_taken_run_has_a_job foreign key (job_id) references engine.batch_jobs on delete cascade,
    constraint an_outcome_is_known check (outcome in ('done', 'skipped', 'failed'))
);
