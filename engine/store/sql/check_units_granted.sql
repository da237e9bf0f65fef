-- I-58: No request waits for units that are free and that nobody has told a grant of.
--
-- Locks: nothing. Indexes: semaphore_requests_waiting, semaphore_requests_granted. Only the first that may be served.
with first_in_line as (
    select s.resource, s.capacity, r.run_id, r.units, r.requested_at,
           s.capacity - (select coalesce(sum(g.units), 0) from engine.semaphore_requests g
                          where g.resource = s.resource and g.granted_at is not null) as free
      from engine.semaphores s
     cross join lateral (
           select * from engine.semaphore_requests w
            where w.resource = s.resource and w.granted_at is null and w.units <= s.capacity
            order by w.ticket limit 1) r
), bad as (
    select format('semaphore %s: run %s waits for %s units, %s are free', resource, run_id, units, free) as example
      from first_in_line f
     where units <= free
       and not exists (select from engine.semaphore_news n where n.resource = f.resource)
)
select (select count(*) from first_in_line) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
