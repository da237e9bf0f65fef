-- A run that begins with a copy of a history asks again for the units that its base had asked for and not given back.
--
-- Locks: new rows. Index: a_request_is_made_once.
-- $1 run, $2 tenant, arrays: $3 request, $4 resource, $5 units, $6 encoded UnitsGranted
with wanted as materialized (
    select * from unnest($3::integer[], $4::text[], $5::integer[], $6::bytea[]) as x(request, resource, units, event)
),
told as (
    insert into engine.semaphore_news (resource) select distinct resource from wanted
)
insert into engine.semaphore_requests (run_id, request, resource, units, requested_at, tenant, event)
select $1::uuid, w.request, w.resource, w.units, engine.now(), $2, w.event
  from wanted w join engine.semaphores s on s.resource = w.resource
