-- What the SQL functions do with payloads where payloads are encrypted: they hold no keys, so they refuse a value unless
-- the caller says that it may be read (`unencrypted => true`: a reference, a number of an order). Before, they stored it.

-- A worker with master keys says so: from its registration on, and for ever after the first data key, payloads are
-- encrypted here.
alter table engine.workers
    add column encrypts boolean not null default false;

-- Returns the payload ('null' for none), or raises.
create function engine.checked_payload(what text, payload jsonb, unencrypted boolean) returns jsonb
    language plpgsql stable
    as $$
begin
    if payload::text like '{"$durable"%' then
        raise exception using errcode = 'invalid_parameter_value', message =
            format('the %s begins with the member $durable, which is the engine''s', what);
    elsif payload <> 'null' and not coalesce(unencrypted, false)
          and (exists (select from engine.payload_keys) or exists (select from engine.workers w where w.encrypts)) then
        raise exception using errcode = 'invalid_parameter_value', message =
            format('the %s would be stored unencrypted, and payloads are encrypted here', what),
            hint = 'send it from a program that has the payload keys, or send a reference and say unencrypted => true';
    end if;
    return coalesce(payload, 'null');
end
$$;

drop function engine.start_workflow(text, text, text, jsonb, text, text, text, text, text, interval, interval, jsonb,
                                    integer);
drop function engine.signal_workflow(text, text, text, jsonb, text, text);

-- Starts a run. outcome: started (run_id is new), existing (an open run was used, or this very request was seen before),
-- already_open (refused by `conflict`), already_closed (refused by `reuse`); run_id is the new, existing or refusing run.
--   conflict     fail | use_existing: when an open run has the workflow id. (terminate_existing is for the C++ client.)
--   reuse        allow | allow_if_not_completed | reject: when a closed run had it
--   request_id   the same request id and workflow id give the first run again, however long after; '' = none
--   unencrypted  the input may be stored readable where payloads are encrypted
create function engine.start_workflow(
        tenant text, type text, workflow_id text, input jsonb default 'null',
        conflict text default 'fail', reuse text default 'allow', request_id text default '',
        queue text default 'default', name_space text default 'default',
        run_timeout interval default null, start_delay interval default null,
        attributes jsonb default '{}', priority integer default 3, unencrypted boolean default false)
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
    perform engine.checked_payload('input', start_workflow.input, start_workflow.unencrypted);
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

-- Sends a signal to the open run. `request_id`: received once, however often it is sent. `unencrypted`: as for a start.
-- Results: send_to_workflow.
create function engine.signal_workflow(tenant text, workflow_id text, name text, input jsonb default 'null',
                                       request_id text default '', name_space text default 'default',
                                       unencrypted boolean default false) returns text
    language sql volatile
    as $$
    select engine.send_to_workflow(signal_workflow.tenant, signal_workflow.workflow_id, signal_workflow.name_space,
        jsonb_build_object('k', 'SignalReceived', 'name', engine.checked_name('signal', signal_workflow.name),
                           'input', engine.checked_payload('message', signal_workflow.input,
                                                                    signal_workflow.unencrypted))
            || case when signal_workflow.request_id = '' then '{}'::jsonb
               else jsonb_build_object('request_id', signal_workflow.request_id) end,
        signal_workflow.request_id)
    $$;

do $$
declare
    verb text;
begin
    foreach verb in array array[
        'checked_payload(text, jsonb, boolean)',
        'start_workflow(text, text, text, jsonb, text, text, text, text, text, interval, interval, jsonb, integer, boolean)',
        'signal_workflow(text, text, text, jsonb, text, text, boolean)']
    loop
        execute format('revoke execute on function engine.%s from public', verb);
        execute format('grant execute on function engine.%s to callflex_app, callflex_system', verb);
    end loop;
end
$$;
