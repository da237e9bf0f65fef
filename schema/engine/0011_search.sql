-- Search: typed attributes of runs, and the view that lists and counts read.

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
--
-- waiting_for says, by the words of `workflow why`, what a run waits for, as far as rows know. `why` looks from the
-- outside in, and so does this: first what keeps its code from running, then what the code has asked for and not
-- got. Of several activities the oldest counts. Rows cannot tell a child that is awaited from one that only runs.
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
            when l.paused then 'paused'
            when b.run_id is not null then 'blocked'
            when l.owner is not null then
                 case when l.owner in (select w.worker_no from engine.workers w
                                        where w.ended_at is null and w.lease_until > engine.now())
                      then 'running' else 'worker_gone' end
            when l.wake_at <= engine.now() then
                 case when l.queue in (select q.queue from engine.queues q where q.paused_at is not null)
                      then 'queue_paused'
                      when l.queue in (select w.queue from engine.workers w
                                        where w.ended_at is null and w.lease_until > engine.now())
                      then 'not_claimed' else 'no_worker' end
            when l.activations = 1 and l.wake_at is not null then
                 case when l.chain_id = l.run_id then 'start_delayed' else 'workflow_retrying' end
            when l.holds_units and exists (select from engine.semaphore_requests u
                                            where u.run_id = l.run_id and u.granted_at is null)
            then 'semaphore'
            else coalesce(
                 (select case when a.owner is not null then 'activity_running'
                              when a.awaiting then 'activity_awaited'
                              when a.paused_at is not null then 'activity_paused'
                              when a.available_at > engine.now() then 'activity_retrying'
                              when a.queue in (select q.queue from engine.queues q where q.paused_at is not null)
                              then 'queue_paused'
                              when a.queue in (select w.queue from engine.workers w
                                                where w.ended_at is null and w.lease_until > engine.now())
                              then 'activity_waiting' else 'no_worker' end
                    from engine.activities a
                   where a.run_id = l.run_id
                   order by a.activity
                   limit 1),
                 case when l.has_children and exists (select from engine.children k
                                                       where k.parent_chain = l.chain_id and k.parent_run = l.run_id)
                      then 'child'
                      when l.wake_at is not null then 'timer'
                      else 'message' end) end collate "C" as waiting_for,
       l.run_id as open_run,       -- null: it has ended
       c.status as closed_status,  -- null: it is open
       b.run_id as blocked_run
  from engine.runs r
  left join engine.closed_runs c on c.run_id = r.run_id
  left join engine.live_runs l on l.run_id = r.run_id
  left join engine.blocked b on b.run_id = r.run_id;
grant select on engine.run_overview to callflex_app, callflex_readonly, callflex_system;
