-- Messages to workflows by SQL, and what can be asked of them.

-- Puts a message into the inbox of an open run, and wakes the run unless it is owned (its worker looks) or blocked (it
-- must not be retried ahead of its time).
-- Locks: the live row, which the caller holds already, so that places are given in order of commit; a new inbox row.
create function engine.put_message(run uuid, event bytea, cancels boolean) returns void
    language plpgsql  -- which keeps its plans
    as $$
#variable_conflict use_column
begin
    with counted as (
        update engine.live_runs
           set inbox_tail = inbox_tail + 1, cancel_requested = cancel_requested or put_message.cancels,
               wake_at = case when owner is null and failures = 0
                              then least(coalesce(wake_at, 'infinity'), engine.now()) else wake_at end
         where run_id = put_message.run
        returning chain_id, inbox_tail, tenant
    )
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select chain_id, inbox_tail, put_message.run, tenant, put_message.event from counted;
end
$$;

-- Sends a message to the open run that a reference leads to: a run, which stands for its chain, or else (`run` is null)
-- a workflow id, of this tenant (null: any).
-- Outcomes: delivered; duplicate (the chain has seen the request id); too_many (`waiting` signals are unread); closed;
-- not_found. A run is asked to stop once: who asks again is told the same, and nothing is added.
-- Locks: the live row, then message_ids, then the new inbox row.
create function engine.send_message(run uuid, name_space text, workflow_id text, tenant text, event bytea,
                                    request_id text, cancels boolean,
                                    out outcome text, out receiver uuid, out queue text, out waiting bigint)
    language plpgsql
    as $$
#variable_conflict use_column
declare
    live record;
    missed uuid;
begin
    receiver := send_message.run;
    -- While we wait for the lock the run may end, and the name, or the chain, go on with another one; then we look again.
    loop
        if send_message.run is null then
            select i.run_id into receiver from engine.workflow_ids i
             where i.name_space = send_message.name_space and i.workflow_id = send_message.workflow_id
               and (send_message.tenant is null or i.tenant = send_message.tenant);
        elsif missed is not null then
            select n.run_id into receiver
              from engine.runs r
              join engine.workflow_ids i on i.name_space = r.name_space and i.workflow_id = r.workflow_id
              join engine.runs n on n.run_id = i.run_id and n.chain_id = r.chain_id
             where r.run_id = send_message.run;
        end if;
        if receiver is null or receiver = missed then
            outcome := case when missed is not null and (send_message.run is null or
                                                         exists (select from engine.runs r where r.run_id = missed))
                            then 'closed' else 'not_found' end;
            return;
        end if;
        select l.chain_id, l.queue, l.cancel_requested, l.inbox_tail - l.inbox_head + l.unread as waiting
          into live from engine.live_runs l where l.run_id = send_message.receiver for update;
        exit when found;
        missed := receiver;
    end loop;
    queue := live.queue;
    waiting := live.waiting;
    if cancels and live.cancel_requested then outcome := 'delivered'; return; end if;
    if not cancels and live.waiting >= 100000 then outcome := 'too_many'; return; end if;
    if send_message.request_id <> '' then
        insert into engine.message_ids (chain_id, request_id) values (live.chain_id, send_message.request_id)
        on conflict do nothing;
        if not found then outcome := 'duplicate'; return; end if;
    end if;
    perform engine.put_message(receiver, send_message.event, send_message.cancels);
    outcome := 'delivered';
end
$$;

-- Sends an event of the tenant's making to its workflow. Another tenant's counts as not there.
create function engine.send_to_workflow(tenant text, workflow_id text, name_space text, event jsonb, request_id text)
    returns text
    language plpgsql
    as $$
declare
    sent record;
begin
    perform engine.checked_name('namespace', send_to_workflow.name_space),
            engine.checked_name('workflow id', send_to_workflow.workflow_id, 1000),
            engine.checked_name('tenant', send_to_workflow.tenant, 1000),
            engine.checked_name('request id', send_to_workflow.request_id, 1000, true);
    sent := engine.send_message(null, send_to_workflow.name_space, send_to_workflow.workflow_id, send_to_workflow.tenant,
                                convert_to(send_to_workflow.event::text, 'UTF8'), send_to_workflow.request_id,
                                send_to_workflow.event ->> 'k' = 'CancelRequested');
    if sent.outcome = 'too_many' then
        raise exception using errcode = 'program_limit_exceeded', message =
            format('run %s has %s unread messages, at most 100000 are allowed', sent.receiver, sent.waiting);
    end if;
    return sent.outcome;
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

revoke execute on function engine.put_message, engine.send_message, engine.send_to_workflow, engine.signal_workflow,
                           engine.cancel_workflow, engine.published_state, engine.workflow_status from public;
grant execute on function engine.put_message, engine.send_message, engine.send_to_workflow, engine.signal_workflow,
                          engine.cancel_workflow, engine.published_state, engine.workflow_status
   to callflex_app, callflex_system;
