-- The engine's verbs as SQL functions, for programs in any language: each takes part in the caller's transaction, so
-- what it does commits or vanishes with the caller's own rows, and workers find it within 500 ms of the commit.
-- Policies and results are those of the C++ verbs (engine/store/runs.hpp): tests run both through the same table of
-- cases.
--
-- Errors of the caller have SQLSTATE 22023 (invalid_parameter_value) and a sentence. Signatures do not change;
-- parameters may be added at the end, with defaults: call them by name.
--
-- Lock order, as everywhere: schedules -> workflow_ids -> live_runs -> message_ids -> inbox.
--
-- Here is what they check and build their arguments with; the verbs follow, one subject a file.

-- --- names and values -----------------------------------------------------------------------------------------------

-- Returns the name, or raises: 1 to `bytes_max` bytes, no control characters.
create function engine.checked_name(what text, name text, bytes_max integer default 200,
                                    may_be_empty boolean default false) returns text
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

-- An object of names and values as the list of {key, type, value} that histories hold. A key has the type of its
-- first use; a new one gets that of its value: text, true or false, an integer, a number, a list of texts. A value
-- of a timestamp key is a text that Postgres reads as one.
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
        raise exception using errcode = 'invalid_parameter_value', message =
            'the start has more than 64 search attributes';
    end if;
    return result;
end
$$;

-- Returns the payload ('null' for none), or raises. SQL holds no keys: where payloads are encrypted it refuses a value
-- unless the caller says that it may be read (`unencrypted => true`: a reference, a number of an order).
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

-- --- terms of a start ----------------------------------------------------------------------------------------------

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

revoke execute on function engine.checked_name, engine.new_run_id, engine.typed_attributes,
                           engine.checked_payload, engine.checked_interval, engine.queue_share,
                           engine.run_limit, engine.retry_policy from public;
grant execute on function engine.checked_name, engine.new_run_id, engine.typed_attributes,
                           engine.checked_payload, engine.checked_interval, engine.queue_share,
                           engine.run_limit, engine.retry_policy to callflex_app, callflex_system;
