-- Messages to workflows by SQL, and what can be asked of them.

-- Puts a message into the inbox of the tenant's open run that has the workflow id, and wakes it: delivered, duplicate,
-- closed, or not_found (another tenant's counts as not there). A run is asked to stop once: who asks again is told the
-- same, and nothing is added.
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
        select l.chain_id, l.inbox_tail - l.inbox_head + l.unread as waiting, l.cancel_requested into live
          from engine.live_runs l where l.run_id = known.run_id for update;
        exit when found;
        if known.run_id = last_run then return 'closed'; end if;
        last_run := known.run_id;
    end loop;
    if not cancels and live.waiting >= 100000 then
        raise exception using errcode = 'program_limit_exceeded', message =
            format('run %s has %s unread messages, at most 100000 are allowed', known.run_id, live.waiting);
    end if;
    if cancels and live.cancel_requested then return 'delivered'; end if;
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

-- Asks the open run to stop and clean up. Results: send_to_workflow.
create function engine.cancel_workflow(tenant text, workflow_id text, reason text default '',
                                       identity text default session_user, name_space text default 'default')
    returns text
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

revoke execute on function engine.send_to_workflow, engine.signal_workflow, engine.cancel_workflow,
                           engine.published_state, engine.workflow_status from public;
grant execute on function engine.send_to_workflow, engine.signal_workflow, engine.cancel_workflow,
                           engine.published_state, engine.workflow_status to callflex_app, callflex_system;
