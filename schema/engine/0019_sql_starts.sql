-- Everything that can be said of a start, also by SQL, and schedules by SQL.
--
-- The rules of a schedule are understood by programs only: what SQL has declared is checked here as far as it goes, and
-- read by the next worker, which works out the first nominal time, or pauses the schedule with a note that says what is
-- wrong with it.

-- Since when the rules hold, if SQL has declared or unpaused them and no worker has read them since: `next_nominal` is
-- then to be worked out from here.
alter table engine.schedules add column rules_since timestamptz;

-- --- terms of a start ------------------------------------------------------------------------------------------------

-- In microseconds; null: none. Raises for less than `shortest`, and for months and years, which have no length.
create function engine.checked_interval(what text, given interval, shortest interval default interval '1 microsecond')
    returns bigint
    language plpgsql immutable parallel safe
    as $$
begin
    if extract(year from given) <> 0 or extract(month from given) <> 0 then
        raise exception using errcode = 'invalid_parameter_value', message =
            format('the %s has months, which are not of one length: say it in days', what);
    elsif given < shortest then
        raise exception using errcode = 'invalid_parameter_value', message = case
            when shortest < interval '1 second' and shortest > interval '0' then format('the %s is not positive', what)
            when shortest = interval '0' then format('the %s is negative', what)
            else format('the %s is shorter than %s', what, shortest) end;
    end if;
    return (extract(epoch from given) * 1000000)::bigint;
end
$$;

-- {priority, fairness_key, weight}, checked.
create function engine.queue_share(priority integer, fairness_key text, weight double precision) returns jsonb
    language plpgsql immutable parallel safe
    as $$
begin
    if priority is null or priority not between 1 and 5 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the priority is between 1 and 5';
    elsif weight is null or not weight between 0.001 and 1000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the weight is between 0.001 and 1000';
    end if;
    return jsonb_build_object('priority', priority, 'weight', weight, 'fairness_key',
                              engine.checked_name('fairness key', coalesce(fairness_key, ''), 200, true));
end
$$;

-- {key, concurrency}, checked; null: no limit.
create function engine.run_limit(key text, concurrency integer) returns jsonb
    language plpgsql immutable parallel safe
    as $$
begin
    if key is null then return null; end if;
    if concurrency is null or concurrency < 1 then
        raise exception using errcode = 'invalid_parameter_value', message =
            'a run limit lets at least one run through';
    end if;
    return jsonb_build_object('key', engine.checked_name('run limit''s key', key, 190), 'concurrency', concurrency);
end
$$;

-- A retry policy as histories and schedules hold it; null: a run that fails is not tried again.
create function engine.retry_policy(attempts integer, first_interval interval, backoff double precision,
                                    max_interval interval, not_for text[]) returns jsonb
    language plpgsql immutable parallel safe
    as $$
begin
    if attempts is null or attempts < 0 then
        raise exception using errcode = 'invalid_parameter_value', message =
            'the number of attempts is negative (1: no retry, 0: without limit)';
    elsif attempts = 1 then
        return null;
    elsif backoff is null or not backoff between 1 and 1000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the back-off is between 1 and 1000';
    end if;
    return jsonb_build_object(
        'maximum_attempts', attempts, 'backoff_coefficient', backoff,
        'initial_interval', coalesce(engine.checked_interval('retry interval', first_interval), 1000000),
        'maximum_interval', coalesce(engine.checked_interval('longest retry interval', max_interval), 0),
        'non_retryable_types', to_jsonb(coalesce(not_for, '{}')));
end
$$;

-- --- start -----------------------------------------------------------------------------------------------------------

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

drop function engine.start_workflow(text, text, text, jsonb, text, text, text, text, text, interval, interval, jsonb,
                                    integer, boolean);

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

-- --- schedules -------------------------------------------------------------------------------------------------------

-- What the spec of a schedule says of when, as C++ stores it (engine/schedule/spec.hpp).
create function engine.schedule_rules(
        cron text, every interval, every_offset interval, also text[], except_at text[], time_zone text, dst text,
        starts_at timestamptz, ends_at timestamptz, jitter interval) returns jsonb
    language plpgsql stable
    as $$
declare
    rule text;
begin
    if (cron is null) = (every is null) then
        raise exception using errcode = 'invalid_parameter_value', message =
            'a schedule has either a cron expression or an interval';
    elsif every is not null and cardinality(coalesce(also, '{}')) > 0 then
        raise exception using errcode = 'invalid_parameter_value', message =
            'an interval goes alone: write it as a cron expression';
    elsif cardinality(coalesce(also, '{}')) + cardinality(coalesce(except_at, '{}')) > 100 then
        raise exception using errcode = 'invalid_parameter_value', message = 'a schedule has at most 100 rules';
    elsif every_offset >= every or (every_offset > interval '0' and every is null) then
        raise exception using errcode = 'invalid_parameter_value', message =
            'the offset is not from 0 to less than the interval';
    elsif not exists (select from pg_timezone_names z where z.name = time_zone) then
        raise exception using errcode = 'invalid_parameter_value', message =
            format('there is no time zone %s; one is Europe/Berlin', coalesce(time_zone, 'null'));
    elsif dst is null or dst not in ('shift', 'skip', 'first', 'both') then
        raise exception using errcode = 'invalid_parameter_value', message = 'dst is shift, skip, first or both';
    elsif starts_at >= ends_at then
        raise exception using errcode = 'invalid_parameter_value', message = 'the schedule ends before it starts';
    elsif jitter > interval '24 hours' then
        raise exception using errcode = 'invalid_parameter_value', message = 'the jitter is not from 0 to 24 h';
    end if;
    foreach rule in array array_remove(array[cron] || also, null) loop
        if rule !~ '^\s*(@[a-z]+|(\S+\s+){4,5}\S+)\s*$' then
            raise exception using errcode = 'invalid_parameter_value', message =
                format('a cron expression has five fields, or six with seconds, or is one like @daily; not %s', rule);
        end if;
    end loop;
    return jsonb_strip_nulls(jsonb_build_object(
        'cron', coalesce(cron, ''), 'every', engine.checked_interval('interval', every, '1 second'),
        'offset', engine.checked_interval('offset', coalesce(every_offset, '0'), '0'),
        'also', to_jsonb(coalesce(also, '{}')), 'except', to_jsonb(coalesce(except_at, '{}')),
        'time_zone', time_zone, 'dst', dst, 'start', engine.microseconds(starts_at),
        'end', engine.microseconds(ends_at), 'jitter', engine.checked_interval('jitter', coalesce(jitter, '0'), '0')));
end
$$;

-- Declares a schedule: created, replaced, or exists (there is one of that id, and `replace` is not said; or it is
-- another tenant's). Each nominal time starts one run of `type`. A worker reads it within seconds; what only a program
-- can tell to be wrong (a cron field out of its range) pauses it, with a note: engine.schedule_state.
--   cron, also, every, every_offset, except_at, time_zone, dst, starts_at, ends_at, jitter, overlap, catch_up,
--   pause_on_failure, limited_actions: docs/guide/schedules.md
--   replace   the schedule of that id gets this spec; whether it is paused, its note and its counts stay
--   the rest  of each run: start_workflow
create function engine.create_schedule(
        tenant text, schedule_id text, type text, input jsonb default 'null',
        cron text default null, every interval default null, time_zone text default 'UTC',
        overlap text default 'skip', catch_up interval default '1 hour',
        note text default '', paused boolean default false, replace boolean default false,
        every_offset interval default '0', also text[] default '{}', except_at text[] default '{}',
        dst text default 'shift', starts_at timestamptz default null, ends_at timestamptz default null,
        jitter interval default '0', pause_on_failure boolean default false, limited_actions bigint default null,
        queue text default 'default', name_space text default 'default', unencrypted boolean default false,
        run_timeout interval default null, execution_timeout interval default null, attributes jsonb default '{}',
        retry_attempts integer default 1, retry_interval interval default '1 second',
        retry_backoff double precision default 2, retry_max_interval interval default null,
        retry_not_for text[] default '{}',
        priority integer default 3, fairness_key text default null, weight double precision default 1,
        limit_key text default null, limit_runs integer default 1)
    returns text
    language plpgsql
    as $$
#variable_conflict use_column
<<here>>
declare
    typed jsonb;
    action jsonb;
    spec jsonb;
begin
    perform engine.checked_name('tenant', create_schedule.tenant, 1000),
            engine.checked_name('schedule id', create_schedule.schedule_id),
            engine.checked_name('workflow type', create_schedule.type),
            engine.checked_name('queue', create_schedule.queue),
            engine.checked_name('namespace', create_schedule.name_space),
            engine.checked_payload('input', create_schedule.input, create_schedule.unencrypted);
    typed := engine.typed_attributes(coalesce(create_schedule.attributes, '{}'));
    if create_schedule.overlap is null or create_schedule.overlap not in
           ('skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all') then
        raise exception using errcode = 'invalid_parameter_value', message =
            'overlap is skip, buffer_one, buffer_all, cancel_other, terminate_other or allow_all';
    elsif create_schedule.limited_actions < 1 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the limit of actions is below 1';
    elsif jsonb_path_exists(create_schedule.input, '$.**{50}') then
        -- The spec around it is read by programs, to a depth of 64.
        raise exception using errcode = 'invalid_parameter_value', message = 'the input is nested more than 49 deep';
    elsif create_schedule.attributes ?| array['ScheduleId', 'ScheduledFor'] then
        raise exception using errcode = 'invalid_parameter_value', message =
            'ScheduleId and ScheduledFor are set by schedules themselves';
    elsif jsonb_array_length(typed) > 62 then
        raise exception using errcode = 'invalid_parameter_value', message =
            'the schedule has more than 62 search attributes';
    end if;
    action := jsonb_strip_nulls(jsonb_build_object(
        'type', create_schedule.type, 'tenant', create_schedule.tenant, 'queue', create_schedule.queue,
        'name_space', create_schedule.name_space,
        'run_timeout', engine.checked_interval('run time-out', create_schedule.run_timeout),
        'execution_timeout', engine.checked_interval('execution time-out', create_schedule.execution_timeout),
        'retry', engine.retry_policy(create_schedule.retry_attempts, create_schedule.retry_interval,
            create_schedule.retry_backoff, create_schedule.retry_max_interval, create_schedule.retry_not_for),
        'share', engine.queue_share(create_schedule.priority, create_schedule.fairness_key, create_schedule.weight),
        'limit', engine.run_limit(create_schedule.limit_key, create_schedule.limit_runs)))
        || jsonb_build_object('input', coalesce(create_schedule.input, 'null'), 'attributes', typed);
    spec := engine.schedule_rules(create_schedule.cron, create_schedule.every, create_schedule.every_offset,
            create_schedule.also, create_schedule.except_at, create_schedule.time_zone, create_schedule.dst,
            create_schedule.starts_at, create_schedule.ends_at, create_schedule.jitter)
        || jsonb_strip_nulls(jsonb_build_object(
            'id', create_schedule.schedule_id, 'overlap', create_schedule.overlap,
            'catch_up', engine.checked_interval('catch-up window', coalesce(create_schedule.catch_up, '0'), '0'),
            'pause_on_failure', coalesce(create_schedule.pause_on_failure, false),
            'limited_actions', create_schedule.limited_actions))
        || jsonb_build_object('workflow', action);

    insert into engine.schedules (schedule_id, spec, next_at, paused, note, rules_since, created_at, updated_at)
    values (create_schedule.schedule_id, here.spec::text, engine.now(), coalesce(create_schedule.paused, false),
            coalesce(create_schedule.note, ''), engine.now(), engine.now(), engine.now())
    on conflict do nothing;
    if found then return 'created'; end if;
    if not coalesce(create_schedule.replace, false) then return 'exists'; end if;
    -- A nominal time that is due and has not been acted upon bounds the new rules' first one from below.
    update engine.schedules s
       set spec = here.spec::text, next_at = engine.now(), updated_at = engine.now(), revision = s.revision + 1,
           rules_since = case when s.paused then engine.now()
                              else least(engine.now(), s.rules_since, s.next_nominal - interval '1 microsecond') end
     where s.schedule_id = create_schedule.schedule_id
       and coalesce(s.spec::jsonb #>> '{workflow,tenant}', '') = create_schedule.tenant;
    return case when found then 'replaced' else 'exists' end;
end
$$;

-- Nothing more is started, and what passes meanwhile is not made up for. False: the tenant has no such schedule (also
-- below).
create function engine.pause_schedule(tenant text, schedule_id text, note text default '') returns boolean
    language plpgsql
    as $$
#variable_conflict use_column
begin
    perform engine.checked_name('tenant', pause_schedule.tenant, 1000);
    update engine.schedules s
       set paused = true, note = coalesce(pause_schedule.note, ''), next_at = engine.now()
     where s.schedule_id = pause_schedule.schedule_id
       and coalesce(s.spec::jsonb #>> '{workflow,tenant}', '') = pause_schedule.tenant;
    return found;
end
$$;

-- It goes on with the next nominal time from now on, which a worker works out.
create function engine.unpause_schedule(tenant text, schedule_id text, note text default '') returns boolean
    language plpgsql
    as $$
#variable_conflict use_column
begin
    perform engine.checked_name('tenant', unpause_schedule.tenant, 1000);
    update engine.schedules s
       set paused = false, note = coalesce(unpause_schedule.note, ''), next_at = engine.now(),
           rules_since = case when s.paused then engine.now() else s.rules_since end
     where s.schedule_id = unpause_schedule.schedule_id
       and coalesce(s.spec::jsonb #>> '{workflow,tenant}', '') = unpause_schedule.tenant;
    return found;
end
$$;

-- With what waits in it. Its runs go on.
create function engine.delete_schedule(tenant text, schedule_id text) returns boolean
    language plpgsql
    as $$
#variable_conflict use_column
begin
    perform engine.checked_name('tenant', delete_schedule.tenant, 1000);
    delete from engine.schedules s
     where s.schedule_id = delete_schedule.schedule_id
       and coalesce(s.spec::jsonb #>> '{workflow,tenant}', '') = delete_schedule.tenant;
    return found;
end
$$;

-- state: new (no worker has read its rules yet), active, paused, over; note: why it is paused, or what is wrong with
-- it. No row: the tenant has no such schedule.
create function engine.schedule_state(tenant text, schedule_id text)
    returns table (state text, note text, next_time timestamptz, actions bigint, missed bigint, skipped bigint)
    language sql stable
    as $$
    select case when s.paused then 'paused' when s.rules_since is not null then 'new'
                when s.next_nominal is null then 'over' else 'active' end,
           s.note, case when not s.paused and s.rules_since is null then s.next_nominal end,
           s.actions, s.missed, s.skipped
      from engine.schedules s
     where s.schedule_id = schedule_state.schedule_id
       and coalesce(s.spec::jsonb #>> '{workflow,tenant}', '') = schedule_state.tenant
    $$;

do $$
declare
    verb regprocedure;
begin
    for verb in select p.oid::regprocedure from pg_proc p
                 where p.pronamespace = 'engine'::regnamespace
                   and p.proname in ('checked_interval', 'queue_share', 'run_limit', 'retry_policy', 'terminate_for',
                                     'start_workflow', 'schedule_rules', 'create_schedule', 'pause_schedule',
                                     'unpause_schedule', 'delete_schedule', 'schedule_state')
    loop
        execute format('revoke execute on function %s from public', verb);
        execute format('grant execute on function %s to callflex_app, callflex_system', verb);
    end loop;
end
$$;
