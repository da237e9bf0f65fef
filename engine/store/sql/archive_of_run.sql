-- A closed or open run as lines of JSON: its facts, its activations as they are stored, its large payloads. What is
-- encrypted stays encrypted: who destroys its key erases it here too.
--
-- Locks: nothing. Indexes: a_run_starts_once, a_run_ends_once, an_activation_is_recorded_once, a_run_uses_a_payload_once,
-- a_payload_is_stored_once.
-- $1 run
select line from (
    select 0 as part, 0 as place,
           json_build_object('run_id', r.run_id, 'chain_id', r.chain_id, 'namespace', r.name_space,
                             'workflow_id', r.workflow_id, 'type', r.type, 'tenant', r.tenant,
                             'status', coalesce(c.status, 'running'),
                             'started_at', engine.microseconds(r.started_at),
                             'closed_at', engine.microseconds(c.closed_at))::text as line
      from engine.runs r
      left join engine.closed_runs c on c.run_id = r.run_id
     where r.run_id = $1::uuid
    union all
    select 1, h.first_event,
           '{"first_event":' || h.first_event || ',' || substr(convert_from(h.activation, 'UTF8'), 2)
      from engine.history h
     where h.run_id = $1::uuid
    union all
    select 2, row_number() over (order by p.digest)::integer,
           json_build_object('payload', encode(p.digest, 'hex'),
                             'data', translate(encode(coalesce(p.bytes, ''), 'base64'), e'\n', ''))::text
      from engine.payload_uses u
      join engine.payloads p on p.digest = u.digest
     where u.run_id = $1::uuid
) lines
 order by part, place
