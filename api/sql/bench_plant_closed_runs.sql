-- Closed runs in the shape that the engine itself leaves: copies of one that it has run to its end, under ids and names
-- of their own, $4 of $5 to be planted in all, from number $3 on, spread evenly over this month until a minute ago.
-- Locks: the new rows. $1 the run to copy, $2 what the names begin with, $3 first number, $4 how many, $5 how many in
-- all.
with span as (
    select date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' as begin,
           greatest(now() - interval '1 minute' - date_trunc('month', now() at time zone 'UTC') at time zone 'UTC',
                    interval '1 millisecond') as length
), planted as materialized (
    select n as number,
           $2 || to_char(n, 'FM0000000000') as workflow_id,
           span.begin + span.length * (n::double precision / $5::bigint) as moment,
           (left(engine.uuid_floor(span.begin + span.length * (n::double precision / $5::bigint))::text, 14) || '7'
            || substr(gen_random_uuid()::text, 16))::uuid as run_id
      from span, generate_series($3::bigint, $3::bigint + $4::bigint - 1) as n
), named as (
    insert into engine.workflow_ids (name_space, workflow_id, run_id, request_id, tenant)
    select r.name_space, p.workflow_id, p.run_id, r.request_id, r.tenant
      from planted p, engine.runs r
     where r.run_id = $1::uuid
), facts as (
    insert into engine.runs (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue, request_id)
    select p.run_id, p.run_id, p.moment, r.name_space, p.workflow_id, r.type, r.tenant, r.queue, r.request_id
      from planted p, engine.runs r
     where r.run_id = $1::uuid
), closed as (
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    select p.run_id, p.moment, c.activations, c.events, c.status
      from planted p, engine.closed_runs c
     where c.run_id = $1::uuid
), recorded as (
    insert into engine.history (run_id, first_event, events, activation)
    select p.run_id, h.first_event, h.events,
           case when h.first_event = 1
                then convert_to(replace(convert_from(h.activation, 'UTF8'), r.workflow_id, p.workflow_id), 'UTF8')
                else h.activation
           end
      from planted p, engine.history h, engine.runs r
     where h.run_id = $1::uuid and r.run_id = $1::uuid
     order by p.number, h.first_event
)
select count(*)
  from planted
