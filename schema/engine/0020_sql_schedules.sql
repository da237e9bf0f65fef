-- Schedules by SQL.
--
-- The rules of a schedule are understood by programs only: what SQL has declared is checked here as far as it goes, and
-- read by the next worker, which works out the first nominal time, or pauses the schedule with a note that says what is
-- wrong with it.

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

-- One run of a schedule now, even if it is paused; `overlap` instead of the schedule's policy. A worker starts it.
-- Returns its nominal time; null: the tenant has no such schedule.
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

revoke execute on function engine.schedule_rules, engine.create_schedule, engine.pause_schedule,
                           engine.unpause_schedule, engine.delete_schedule, engine.schedule_state,
                           engine.trigger_schedule from public;
grant execute on function engine.schedule_rules, engine.create_schedule, engine.pause_schedule,
                           engine.unpause_schedule, engine.delete_schedule, engine.schedule_state,
                           engine.trigger_schedule to callflex_app, callflex_system;
