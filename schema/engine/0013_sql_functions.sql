-- The engine's verbs as SQL functions, for programs in any language: each takes part in the caller's transaction, so what
-- it does commits or vanishes with the caller's own rows, and workers find it within 500 ms of the commit. Policies and
-- results are those of the C++ verbs (engine/store/runs.hpp): tests run both through the same table of cases.
--
-- Errors of the caller have SQLSTATE 22023 (invalid_parameter_value) and a sentence. Signatures do not change; parameters
-- may be added at the end, with defaults: call them by name.
--
-- Lock order, as everywhere: schedules -> workflow_ids -> live_runs -> message_ids -> inbox.

-- Returns the name, or raises: 1 to `bytes_max` bytes, no control characters.
create function engine.checked_name(what text, name text, bytes_max integer default 200, may_be_empty boolean default false)
    returns text
    language plpgsql immutable parallel safe
    as $$
begin
    if name is null or (name = '' and not may_be_empty) then
        raise exception using errcode = 'invalid_parameter_value', message = format('the %s is empty', what);
    elsif octet_length(name) > bytes_max then
        raise exception using errcode = 'invalid_parameter_value', message =
            format('the %s has %s bytes, at most %s are allowed', what, octet_length(name), bytes_max);
    elsif name ~ '[\x01-\x1f\x7f]' then
        raise exception using errcode = 'invalid_parameter_value', message =
            format('the %s has a control character', what);
    end if;
    return name;
end
$$;

-- A UUIDv7 of this moment.
create function engine.new_run_id() returns uuid
    language sql volatile parallel safe
    as $$
    select overlay(overlay(gen_random_uuid()::text
                           placing left(engine.uuid_floor(clock_timestamp())::text, 13) from 1)
                   placing '7' from 15)::uuid
    $$;

-- An object of names and values as the list of {key, type, value} that histories hold. A key has the type of its first use;
-- a new one gets that of its value: text, true or false, an integer, a number, a list of texts. A value of a timestamp key
-- is a text that Postgres reads as one.
create function engine.typed_attributes(attributes jsonb) returns jsonb
    language plpgsql stable
    as $$
declare
    result jsonb := '[]';
    attribute record;
    kind text;
begin
    for attribute in select a.key, a.value, k.type from jsonb_each(typed_attributes.attributes) a
                       left join engine.search_keys k on k.key = a.key order by a.key
    loop
        if attribute.key !~ '^[A-Za-z][A-Za-z0-9_]{0,99}$' then
            raise exception using errcode = 'invalid_parameter_value', message = format(
                'the search key %s is not a letter followed by at most 99 letters, digits and _', attribute.key);
        end if;
        kind := coalesce(attribute.type, case jsonb_typeof(attribute.value)
            when 'string' then 'string' when 'boolean' then 'boolean' when 'array' then 'strings'
            when 'number' then case when attribute.value #>> '{}' ~ '^-?[0-9]+$' then 'integer' else 'number' end end);
        if kind is null or (jsonb_typeof(attribute.value) <> case kind
                when 'strings' then 'array' when 'boolean' then 'boolean'
                when 'integer' then 'number' when 'number' then 'number' else 'string' end)
           or (kind = 'integer' and attribute.value #>> '{}' !~ '^-?[0-9]+$') then
            raise exception using errcode = 'invalid_parameter_value', message = format(
                'the search attribute %s is of type %s, and was given %s', attribute.key, coalesce(kind, 'text'),
                jsonb_typeof(attribute.value));
        end if;
        if kind in ('string', 'strings') and exists (
               select from jsonb_array_elements(case kind when 'strings' then attribute.value
                                                else jsonb_build_array(attribute.value) end) as e(value)
                where jsonb_typeof(e.value) <> 'string' or octet_length(e.value #>> '{}') > 1000) then
            raise exception using errcode = 'invalid_parameter_value', message = format(
                'the search attribute %s has a value that is no text of at most 1000 bytes', attribute.key);
        end if;
        result := result || jsonb_build_array(jsonb_build_object('key', attribute.key, 'type', kind, 'value',
            case kind when 'timestamp' then to_jsonb(engine.microseconds((attribute.value #>> '{}')::timestamptz))
            else attribute.value end));
    end loop;
    if jsonb_array_length(result) > 64 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the start has more than 64 search attributes';
    end if;
    return result;
end
$$;

-- Starts a run. outcome: started (run_id is new), existing (an open run was used, or this very request was seen before),
-- already_open (refused by `conflict`), already_closed (refused by `reuse`); run_id is the new, existing or refusing run.
--   conflict    fail | use_existing: when an open run has the workflow id. (terminate_existing is for the C++ client.)
--   reuse       allow | allow_if_not_completed | reject: when a closed run had it
--   request_id  the same request id and workflow id give the first run again, however long after; '' = none
create function engine.start_workflow(
        tenant text, type text, workflow_id text, input jsonb default 'null',
        conflict text default 'fail', reuse text default 'allow', request_id text default '',
        queue text default 'default', name_space text default 'default',
        run_timeout interval default null, start_delay interval default null,
        attributes jsonb default '{}', priority integer default 3)
    returns table (outcome text, run_id uuid)
    language plpgsql
    as $$
#variable_conflict use_column
<<here>>
declare
    holder record;
    typed jsonb;
    started jsonb;
    new_run uuid := engine.new_run_id();
    wake_at timestamptz := engine.now() + coalesce(start_workflow.start_delay, interval '0');
begin
    perform engine.checked_name('namespace', start_workflow.name_space),
            engine.checked_name('workflow id', start_workflow.workflow_id, 1000),
            engine.checked_name('workflow type', start_workflow.type),
            engine.checked_name('queue', start_workflow.queue),
            engine.checked_name('tenant', start_workflow.tenant, 1000),
            engine.checked_name('request id', start_workflow.request_id, 1000, true);
    if start_workflow.conflict is null or start_workflow.conflict not in ('fail', 'use_existing') then
        raise exception using errcode = 'invalid_parameter_value', message =
            'conflict is fail or use_existing', hint = 'cancel the open run first: engine.cancel_workflow';
    elsif start_workflow.reuse is null or start_workflow.reuse not in ('allow', 'allow_if_not_completed', 'reject') then
        raise exception using errcode = 'invalid_parameter_value', message =
            'reuse is allow, allow_if_not_completed or reject';
    elsif start_workflow.start_delay < interval '0' then
        raise exception using errcode = 'invalid_parameter_value', message = 'the start delay is negative';
    elsif start_workflow.run_timeout <= interval '0' then
        raise exception using errcode = 'invalid_parameter_value', message = 'the run time-out is not positive';
    elsif start_workflow.priority is null or start_workflow.priority not between 1 and 5 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the priority is between 1 and 5';
    end if;
    typed := engine.typed_attributes(coalesce(start_workflow.attributes, '{}'));

    loop
        insert into engine.workflow_ids (name_space, workflow_id, run_id, request_id, tenant)
        values (start_workflow.name_space, start_workflow.workflow_id, here.new_run, start_workflow.request_id,
                start_workflow.tenant)
        on conflict do nothing;
        exit when found;
        select i.run_id, i.request_id into holder from engine.workflow_ids i
         where i.name_space = start_workflow.name_space and i.workflow_id = start_workflow.workflow_id for update;
        continue when not found;
        if start_workflow.request_id <> '' then
            if holder.request_id = start_workflow.request_id then
                return query select 'existing'::text, holder.run_id;
                return;
            end if;
            return query select 'existing'::text, e.run_id from engine.earlier_starts e
                          where e.name_space = start_workflow.name_space and e.workflow_id = start_workflow.workflow_id
                            and e.request_id = start_workflow.request_id;
            if found then return; end if;
        end if;
        perform from engine.live_runs l where l.run_id = holder.run_id for update;
        if found then
            return query select case start_workflow.conflict when 'fail' then 'already_open' else 'existing' end,
                                holder.run_id;
            return;
        end if;
        -- A run whose facts have been dropped with their period counts as completed: the careful answer.
        if start_workflow.reuse = 'reject'
           or (start_workflow.reuse = 'allow_if_not_completed'
               and coalesce((select c.status from engine.closed_runs c where c.run_id = holder.run_id), 'completed')
                   = 'completed') then
            return query select 'already_closed'::text, holder.run_id;
            return;
        end if;
        if holder.request_id <> '' then
            insert into engine.earlier_starts (name_space, workflow_id, request_id, run_id)
            values (start_workflow.name_space, start_workflow.workflow_id, holder.request_id, holder.run_id)
            on conflict do nothing;
        end if;
        update engine.workflow_ids i
           set run_id = here.new_run, request_id = start_workflow.request_id, tenant = start_workflow.tenant
         where i.name_space = start_workflow.name_space and i.workflow_id = start_workflow.workflow_id;
        exit;
    end loop;

    insert into engine.live_runs (run_id, chain_id, wake_at, queue, tenant, priority, build)
    values (here.new_run, here.new_run, here.wake_at, start_workflow.queue, start_workflow.tenant,
            start_workflow.priority,
            (select d.ramping_build from engine.deployments d
              where d.queue = start_workflow.queue
                and engine.ramp_bucket(start_workflow.workflow_id) < d.ramp_percent));
    insert into engine.runs (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue, request_id)
    values (here.new_run, here.new_run, engine.now(), start_workflow.name_space, start_workflow.workflow_id,
            start_workflow.type, start_workflow.tenant, start_workflow.queue, start_workflow.request_id);
    started := jsonb_build_object('k', 'WorkflowStarted', 'type', start_workflow.type,
                                  'workflow_id', start_workflow.workflow_id, 'tenant', start_workflow.tenant,
                                  'queue', start_workflow.queue,
                                  'input', coalesce(start_workflow.input, 'null'));
    if start_workflow.run_timeout is not null then
        started := started || jsonb_build_object(
            'run_deadline', engine.microseconds(here.wake_at + start_workflow.run_timeout),
            'run_timeout', (extract(epoch from start_workflow.run_timeout) * 1000000)::bigint);
    end if;
    if typed <> '[]' then started := started || jsonb_build_object('attributes', typed); end if;
    insert into engine.history (run_id, first_event, events, activation)
    values (here.new_run, 1, 1, convert_to(jsonb_build_object('t', engine.microseconds(engine.now()), 'b', '',
            'a', jsonb_build_array(started), 'c', '[]'::jsonb)::text, 'UTF8'));
    if typed <> '[]' then perform engine.put_search_attributes(array[here.new_run], array[typed::text]); end if;
    return query select 'started'::text, here.new_run;
end
$$;

-- Puts a message into the inbox of the tenant's open run that has the workflow id, and wakes it: delivered, duplicate,
-- closed, or not_found (another tenant's counts as not there).
create function engine.send_to_workflow(tenant text, workflow_id text, name_space text, event jsonb, request_id text)
    returns text
    language plpgsql
    as $$
#variable_conflict use_column
<<here>>
declare
    known record;
    live record;
    last_run uuid;
    cancels boolean := event ->> 'k' = 'CancelRequested';
begin
    perform engine.checked_name('namespace', send_to_workflow.name_space),
            engine.checked_name('workflow id', send_to_workflow.workflow_id, 1000),
            engine.checked_name('tenant', send_to_workflow.tenant, 1000),
            engine.checked_name('request id', send_to_workflow.request_id, 1000, true);
    -- While we wait for the lock the run may end, and the name go on with another one; then we look again.
    loop
        select i.run_id, i.tenant into known from engine.workflow_ids i
         where i.name_space = send_to_workflow.name_space and i.workflow_id = send_to_workflow.workflow_id;
        if not found or known.tenant <> send_to_workflow.tenant then return 'not_found'; end if;
        select l.chain_id, l.inbox_tail - l.inbox_head + l.unread as waiting into live
          from engine.live_runs l where l.run_id = known.run_id for update;
        exit when found;
        if known.run_id = last_run then return 'closed'; end if;
        last_run := known.run_id;
    end loop;
    if not cancels and live.waiting >= 100000 then
        raise exception using errcode = 'program_limit_exceeded', message =
            format('run %s has %s unread messages, at most 100000 are allowed', known.run_id, live.waiting);
    end if;
    if send_to_workflow.request_id <> '' then
        insert into engine.message_ids (chain_id, request_id) values (live.chain_id, send_to_workflow.request_id)
        on conflict do nothing;
        if not found then return 'duplicate'; end if;
    end if;
    with counted as (
        update engine.live_runs l
           set inbox_tail = l.inbox_tail + 1, cancel_requested = l.cancel_requested or here.cancels,
               wake_at = case when l.owner is null and l.failures = 0
                              then least(coalesce(l.wake_at, 'infinity'), engine.now()) else l.wake_at end
         where l.run_id = known.run_id
        returning l.inbox_tail, l.tenant
    )
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select live.chain_id, c.inbox_tail, known.run_id, c.tenant, convert_to(send_to_workflow.event::text, 'UTF8')
      from counted c;
    return 'delivered';
end
$$;

-- Sends a signal to the open run. `request_id`: received once, however often it is sent. Results: send_to_workflow.
create function engine.signal_workflow(tenant text, workflow_id text, name text, input jsonb default 'null',
                                       request_id text default '', name_space text default 'default') returns text
    language sql volatile
    as $$
    select engine.send_to_workflow(signal_workflow.tenant, signal_workflow.workflow_id, signal_workflow.name_space,
        jsonb_build_object('k', 'SignalReceived', 'name', engine.checked_name('signal', signal_workflow.name),
                           'input', coalesce(signal_workflow.input, 'null'))
            || case when signal_workflow.request_id = '' then '{}'::jsonb
               else jsonb_build_object('request_id', signal_workflow.request_id) end,
        signal_workflow.request_id)
    $$;

-- Asks the open run to stop and clean up. Results: send_to_workflow.
create function engine.cancel_workflow(tenant text, workflow_id text, reason text default '',
                                       identity text default session_user, name_space text default 'default') returns text
    language sql volatile
    as $$
    select engine.send_to_workflow(cancel_workflow.tenant, cancel_workflow.workflow_id, cancel_workflow.name_space,
        jsonb_build_object('k', 'CancelRequested')
            || case when cancel_workflow.reason = '' then '{}'::jsonb
               else jsonb_build_object('reason', cancel_workflow.reason) end
            || case when cancel_workflow.identity = '' then '{}'::jsonb
               else jsonb_build_object('identity', cancel_workflow.identity) end, '')
    $$;

-- What the workflow has published under a key: of its open run's chain, else of its last one. Null: nothing.
create function engine.published_state(tenant text, workflow_id text, key text, name_space text default 'default')
    returns jsonb
    language sql stable
    as $$
    select p.value::jsonb
      from engine.workflow_ids i
      join engine.runs r on r.run_id = i.run_id
      join engine.published p on p.chain_id = r.chain_id
     where i.name_space = published_state.name_space and i.workflow_id = published_state.workflow_id
       and i.tenant = published_state.tenant and p.key = published_state.key
    $$;

-- running, completed, failed, canceled, timed_out, terminated or continued_as_new; null: there is no such workflow.
create function engine.workflow_status(tenant text, workflow_id text, name_space text default 'default') returns text
    language sql stable
    as $$
    select s.status
      from engine.workflow_ids i
      join engine.run_overview s on s.run_id = i.run_id
     where i.name_space = workflow_status.name_space and i.workflow_id = workflow_status.workflow_id
       and i.tenant = workflow_status.tenant
    $$;

-- One run of a schedule now, even if it is paused; `overlap` instead of the schedule's policy. A worker starts it. Returns
-- its nominal time; null: the tenant has no such schedule.
create function engine.trigger_schedule(tenant text, schedule_id text, overlap text default null) returns timestamptz
    language plpgsql
    as $$
#variable_conflict use_column
declare
    nominal timestamptz := engine.now();
begin
    if trigger_schedule.overlap not in
           ('skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all') then
        raise exception using errcode = 'invalid_parameter_value', message =
            'overlap is skip, buffer_one, buffer_all, cancel_other, terminate_other or allow_all';
    end if;
    update engine.schedules s set next_at = engine.now()
     where s.schedule_id = trigger_schedule.schedule_id
       and coalesce(s.spec::jsonb #>> '{workflow,tenant}', '') = trigger_schedule.tenant;
    if not found then return null; end if;
    insert into engine.schedule_buffer (schedule_id, nominal, origin, overlap)
    values (trigger_schedule.schedule_id, nominal, 'trigger', trigger_schedule.overlap)
    on conflict do nothing;
    return nominal;
end
$$;

do $$
declare
    verb text;
begin
    foreach verb in array array[
        'checked_name(text, text, integer, boolean)', 'new_run_id()', 'typed_attributes(jsonb)',
        'start_workflow(text, text, text, jsonb, text, text, text, text, text, interval, interval, jsonb, integer)',
        'send_to_workflow(text, text, text, jsonb, text)',
        'signal_workflow(text, text, text, jsonb, text, text)', 'cancel_workflow(text, text, text, text, text)',
        'published_state(text, text, text, text)', 'workflow_status(text, text, text)',
        'trigger_schedule(text, text, text)']
    loop
        execute format('revoke execute on function engine.%s from public', verb);
        execute format('grant execute on function engine.%s to callflex_app, callflex_system', verb);
    end loop;
end
$$;
