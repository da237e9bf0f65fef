-- Grants the requests that come next at the semaphores held, as long as their units are free; none overtakes another of
-- its semaphore. A request for more units than there are at all holds up nobody. Each run is told by an errand.
--
-- Locks: requests, skipping locked rows (of runs that end at this moment); new errands and news. Indexes:
-- semaphores_held, semaphore_requests_granted (the units in use are counted), semaphore_requests_waiting,
-- a_request_is_made_once.
-- $1 token of this grant, $2 limit for each semaphore
with open as materialized (
    select s.resource, s.capacity,
           s.capacity - (select coalesce(sum(r.units), 0) from engine.semaphore_requests r
                          where r.resource = s.resource and r.granted_at is not null) as free
      from engine.semaphores s where s.claim = $1::bigint
),
first_in_line as materialized (
    select o.resource, o.free, w.*
      from open o
     cross join lateral (
           select r.run_id, r.request, r.units, r.ticket from engine.semaphore_requests r
            where r.resource = o.resource and r.granted_at is null and r.units <= o.capacity
            order by r.ticket
            limit $2::integer
              for update skip locked) w
     where o.free > 0
),
waiting as materialized (
    select f.*, sum(f.units) over (partition by f.resource order by f.ticket) as wanted from first_in_line f
),
granted as (
    update engine.semaphore_requests r
       set granted_at = engine.now()
      from waiting w
     where r.run_id = w.run_id and r.request = w.request and w.wanted <= w.free
    returning r.run_id, r.resource, r.tenant, r.event
),
sent as (
    insert into engine.errands (kind, target, tenant, event, since)
    select 'message', run_id, tenant, event, engine.now() from granted
),
unfinished as (
    insert into engine.semaphore_news (resource)
    select resource from waiting
     group by resource having count(*) = $2::integer and max(wanted) < max(free)
    returning 1
)
select exists (select from unfinished), (select count(*) from granted)
