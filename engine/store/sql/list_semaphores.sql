-- Semaphores with what is held and waits, those that somebody waits for first.
--
-- Locks: nothing. Indexes: a_resource_has_one_semaphore, semaphore_requests_granted, semaphore_requests_waiting.
-- $1 this one only, or null; $2 limit
select s.resource, s.capacity, h.units as held, h.holders, w.waiting, engine.microseconds(w.oldest) as oldest
  from engine.semaphores s
 cross join lateral (select coalesce(sum(r.units), 0) as units, count(distinct r.run_id) as holders
                       from engine.semaphore_requests r
                      where r.resource = s.resource and r.granted_at is not null) h
 cross join lateral (select count(*) as waiting, min(r.requested_at) as oldest from engine.semaphore_requests r
                      where r.resource = s.resource and r.granted_at is null) w
 where $1::text is null or s.resource = $1
 order by w.oldest nulls last, h.units desc, s.resource
 limit $2::integer
