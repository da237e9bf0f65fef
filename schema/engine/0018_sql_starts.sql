-- Starts by SQL, with everything that can be said of one.

-- Ends an open run for another that takes its workflow id, as terminate_existing of the C++ client does. The caller
-- holds the id's row and the live row. Statements: engine/store/sql/end_run.sql.
create function engine.terminate_for(old_run uuid, new_run uuid) returns void
    language plpgsql
    as $$
declare
    live record;
    tie record;
    started jsonb;
    reason text := 'replaced by run ' || new_run;
    at_least bigint;
    told bytea;
begin
    select l.chain_id, l.next_event, l.activations, l.tenant, l.has_children into live
      from engine.live_runs l where l.run_id = old_run;
    -- Time never goes back inside a history.
    select (convert_from(h.activation, 'UTF8')::json ->> 't')::bigint into at_least
      from engine.history h where h.run_id = old_run order by h.first_event desc limit 1;
    select k.parent_run, k.initiated into tie from engine.children k where k.child_chain = live.chain_id;
    if found then
        select convert_from(h.activation, 'UTF8')::jsonb #> '{a,0}' into started
          from engine.history h where h.run_id = old_run and h.first_event = 1;
        told := convert_to(jsonb_build_object('k', 'ChildFailed', 'initiated', started #> '{parent,initiated}',
            'run', live.chain_id, 'failure', jsonb_build_object(
                'kind', 'child', 'retryable', false, 'activity', started ->> 'type',
                'activity_id', started #> '{parent,initiated}', 'cause', jsonb_build_object(
                    'kind', 'terminated', 'message', reason, 'retryable', false)))::text, 'UTF8');
    end if;
    insert into engine.history (run_id, first_event, events, activation)
    values (old_run, live.next_event, 1, convert_to(jsonb_build_object(
        't', greatest(engine.microseconds(engine.now()), at_least), 'b', '', 'a', '[]'::jsonb,
        'c', jsonb_build_array(jsonb_build_object(
            'k', 'WorkflowTerminated', 'reason', reason, 'identity', 'start')))::text, 'UTF8'));
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    values (old_run, engine.now(), live.activations + 1, live.next_event, 'terminated');
    delete from engine.live_runs l where l.run_id = old_run;
    delete from engine.blocked b where b.run_id = old_run;
    delete from engine.activities a where a.run_id = old_run;
    update engine.updates u
       set stage = 'aborted', ended_at = engine.now(), decided_at = coalesce(u.decided_at, engine.now()),
           outcome = convert_to('{"k":"UpdateCompleted","accepted":0,"failure":{"kind":"application","type":'
               '"WorkflowClosed","message":"the workflow was terminated before the update was answered",'
               '"retryable":false}}', 'UTF8')
     where u.chain_id = live.chain_id and u.stage in ('admitted', 'accepted');
    delete from engine.inbox i where i.chain_id = live.chain_id;
    delete from engine.children k where k.child_chain = live.chain_id;
    if told is not null then
        insert into engine.errands (kind, target, tenant, event, since)
        values ('message', tie.parent_run, live.tenant, told, engine.now());
    end if;
    if live.has_children then
        insert into engine.errands (kind, target, tenant, since)
        values ('closed', live.chain_id, live.tenant, engine.now());
    end if;
end
$$;

-- Starts a run. outcome: started (run_id is new), existing (an open run was used, or this very request was seen
-- before), already_open (refused by `conflict`), already_closed (refused by `reuse`); run_id is the new, existing or
-- refusing run.
--   conflict           fail | use_existing | terminate_existing: when an open run has the workflow id. Another tenant's
--                      is not terminated: already_open
--   reuse              allow | allow_if_not_completed | reject: when a closed run had it
--   request_id         the same request id and workflow id give the first run again, however long after; '' = none
--   unencrypted        the input may be stored readable where payloads are encrypted
--   run_timeout        of one run; execution_timeout: of the whole chain, retries and continue-as-new included
--   retry_attempts     a run that fails is tried again from the start, so many in all; 1: no retry, 0: without limit
--   retry_interval     before the second one; grows by retry_backoff, up to retry_max_interval (null: 100 times it)
--   retry_not_for      types of failures that end it at once
--   fairness_key       null: the tenant; priority, weight: see docs/guide/queues.md
--   limit_key          at most `limit_runs` runs with this key are under way at once
create function engine.start_workflow(
        tenant text, type text, workflow_id text, input jsonb default 'null',
        conflict text default 'fail', reuse text default 'allow', request_id text default '',
        queue text default 'default', name_space text default 'default',
        run_timeout interval default null, start_delay interval default null,
        attributes jsonb default '{}', priority integer default 3, unencrypted boolean default false,
        execution_timeout interval default null,
        retry_attempts integer default 1, retry_interval interval default '1 second',
        retry_backoff double precision default 2, retry_max_interval interval default null,
        retry_not_for text[] default '{}',
        fairness_key text default null, weight double precision default 1,
        limit_key text default null, limit_runs integer default 1)
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
    delay bigint := engine.checked_interval('start delay', coalesce(start_workflow.start_delay, '0'), '0');
    wake_at timestamptz := engine.now() + here.delay * interval '1 microsecond';
    run_time bigint := engine.checked_interval('run time-out', start_workflow.run_timeout);
    whole_time bigint := engine.checked_interval('execution time-out', start_workflow.execution_timeout);
    share jsonb := engine.queue_share(start_workflow.priority, start_workflow.fairness_key, start_workflow.weight);
begin
    perform engine.checked_name('namespace', start_workflow.name_space),
            engine.checked_name('workflow id', start_workflow.workflow_id, 1000),
            engine.checked_name('workflow type', start_workflow.type),
            engine.checked_name('queue', start_workflow.queue),
            engine.checked_name('tenant', start_workflow.tenant, 1000),
            engine.checked_name('request id', start_workflow.request_id, 1000, true);
    if start_workflow.conflict is null
       or start_workflow.conflict not in ('fail', 'use_existing', 'terminate_existing') then
        raise exception using errcode = 'invalid_parameter_value', message =
            'conflict is fail, use_existing or terminate_existing';
    elsif start_workflow.reuse is null or start_workflow.reuse not in ('allow', 'allow_if_not_completed', 'reject') then
        raise exception using errcode = 'invalid_parameter_value', message =
            'reuse is allow, allow_if_not_completed or reject';
    end if;
    perform engine.checked_payload('input', start_workflow.input, start_workflow.unencrypted);
    typed := engine.typed_attributes(coalesce(start_workflow.attributes, '{}'));
    started := jsonb_strip_nulls(jsonb_build_object(
        'k', 'WorkflowStarted', 'type', start_workflow.type, 'workflow_id', start_workflow.workflow_id,
        'tenant', start_workflow.tenant, 'queue', start_workflow.queue,
        'run_deadline', engine.microseconds(here.wake_at) + here.run_time, 'run_timeout', here.run_time,
        'execution_deadline', engine.microseconds(here.wake_at) + here.whole_time,
        'execution_timeout', here.whole_time,
        'retry', engine.retry_policy(start_workflow.retry_attempts, start_workflow.retry_interval,
            start_workflow.retry_backoff, start_workflow.retry_max_interval, start_workflow.retry_not_for),
        'limit', engine.run_limit(start_workflow.limit_key, start_workflow.limit_runs)))
        || jsonb_build_object('input', coalesce(start_workflow.input, 'null'));
    if typed <> '[]' then started := started || jsonb_build_object('attributes', typed); end if;

    loop
        insert into engine.workflow_ids (name_space, workflow_id, run_id, request_id, tenant)
        values (start_workflow.name_space, start_workflow.workflow_id, here.new_run, start_workflow.request_id,
                start_workflow.tenant)
        on conflict do nothing;
        exit when found;
        select i.run_id, i.request_id, i.tenant into holder from engine.workflow_ids i
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
            if start_workflow.conflict = 'terminate_existing' and holder.tenant = start_workflow.tenant then
                perform engine.terminate_for(holder.run_id, here.new_run);
            else
                return query select case start_workflow.conflict when 'use_existing' then 'existing'
                                    else 'already_open' end, holder.run_id;
                return;
            end if;
        -- A run whose facts have been dropped with their period counts as completed: the careful answer.
        elsif start_workflow.reuse = 'reject'
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

    insert into engine.live_runs
           (run_id, chain_id, wake_at, queue, tenant, priority, fairness_key, fairness_weight, build)
    values (here.new_run, here.new_run, here.wake_at, start_workflow.queue, start_workflow.tenant,
            start_workflow.priority, nullif(here.share ->> 'fairness_key', ''), start_workflow.weight,
            (select d.ramping_build from engine.deployments d
              where d.queue = start_workflow.queue
                and engine.ramp_bucket(start_workflow.workflow_id) < d.ramp_percent));
    insert into engine.runs (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue, request_id)
    values (here.new_run, here.new_run, engine.now(), start_workflow.name_space, start_workflow.workflow_id,
            start_workflow.type, start_workflow.tenant, start_workflow.queue, start_workflow.request_id);
    insert into engine.history (run_id, first_event, events, activation)
    values (here.new_run, 1, 1, convert_to(jsonb_build_object('t', engine.microseconds(engine.now()), 'b', '',
            'a', jsonb_build_array(started), 'c', '[]'::jsonb)::text, 'UTF8'));
    if typed <> '[]' then perform engine.put_search_attributes(array[here.new_run], array[typed::text]); end if;
    return query select 'started'::text, here.new_run;
end
$$;

revoke execute on function engine.terminate_for, engine.start_workflow from public;
grant execute on function engine.terminate_for, engine.start_workflow to callflex_app, callflex_system;
