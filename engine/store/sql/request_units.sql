-- Requests of a batch's runs for units of semaphores. A semaphore that is new gets the capacity that its first request
-- names. Known requests are left as they are. The next grant hears of it.
--
-- Locks: live_runs (which the caller's worker owns and has just updated); new rows of semaphores, requests and news.
-- Indexes: a_resource_has_one_semaphore, a_run_is_live_once, a_request_is_made_once.
-- Arrays: $1 run, $2 request, $3 resource, $4 units, $5 capacity, $6 tenant, $7 encoded UnitsGranted
with wanted as materialized (
    select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::integer[], $6::text[], $7::bytea[])
                  with ordinality as w(run_id, request, resource, units, capacity, tenant, event, place)
),
known as (
    insert into engine.semaphores (resource, capacity, highest_capacity)
    select resource, max(capacity), max(capacity) from wanted w
     where not exists (select from engine.semaphores s where s.resource = w.resource)
     group by resource order by resource collate "C"
    on conflict do nothing
),
marked as (
    update engine.live_runs set holds_units = true where run_id = any ($1::uuid[]) and not holds_units
),
told as (
    insert into engine.semaphore_news (resource) select distinct resource from wanted
)
insert into engine.semaphore_requests (run_id, request, resource, units, requested_at, tenant, event)
select run_id, request, resource, units, engine.now(), tenant, event from wanted order by place
on conflict (run_id, request) do nothing
