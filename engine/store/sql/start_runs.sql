-- Starts runs: the workflow id, the live row, the facts and activation 0. A workflow id that is taken is left alone and
-- its run is not started; the caller then looks at what has it.
--
-- Locks: workflow_ids in key order; the rest is new rows that nobody can know.
-- Index: a_workflow_id_names_one_run_at_a_time finds the taken ones.
-- $1 run_id[], $2 name_space[], $3 workflow_id[], $4 type[], $5 tenant[], $6 queue[], $7 request_id[],
-- $8 delay in microseconds[], $9 activation 0[], $10 granted[]: the id has been given to this run already;
-- $11 priority[], $12 fairness key[] or null, $13 fairness weight[], $14 activation 0 has its time[]: else it begins
-- after it, and gets this transaction's.
with wanted as materialized (
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                         $8::bigint[], $9::bytea[], $10::boolean[], $11::smallint[], $12::text[], $13::real[],
                         $14::boolean[])
        as w(run_id, name_space, workflow_id, type, tenant, queue, request_id, delay, activation, granted,
             priority, fairness_key, fairness_weight, dated)
),
named as (
    insert into engine.workflow_ids (name_space, workflow_id, run_id, request_id, tenant)
    select name_space, workflow_id, run_id, request_id, tenant from wanted where not granted
     order by name_space collate "C", workflow_id collate "C"
    on conflict do nothing
    returning run_id
),
started as (
    select w.* from wanted w where w.granted or w.run_id in (select run_id from named)
),
live as (
    insert into engine.live_runs
           (run_id, chain_id, wake_at, queue, tenant, priority, fairness_key, fairness_weight, build)
    select s.run_id, s.run_id, engine.now() + s.delay * interval '1 microsecond', s.queue, s.tenant,
           s.priority, s.fairness_key, s.fairness_weight, d.ramping_build
      from started s
      left join engine.deployments d
             on d.queue = s.queue and engine.ramp_bucket(s.workflow_id) < d.ramp_percent
),
facts as (
    insert into engine.runs
           (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue, request_id)
    select run_id, run_id, engine.now(), name_space, workflow_id, type, tenant, queue, request_id from started
),
recorded as (
    insert into engine.history (run_id, first_event, events, activation)
    select run_id, 1, 1,
           case when dated then activation
                else convert_to('{"t":' || engine.microseconds(engine.now()), 'UTF8') || activation end
      from started
)
select run_id from started
