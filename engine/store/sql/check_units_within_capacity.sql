-- I-56: No more units of a semaphore are held than it has ever had.
--
-- Locks: nothing. Index: semaphore_requests_granted.
with used as (
    select s.resource, s.highest_capacity,
           (select coalesce(sum(r.units), 0) from engine.semaphore_requests r
             where r.resource = s.resource and r.granted_at is not null) as held
      from engine.semaphores s
), bad as (
    select format('semaphore %s: %s units are held, it never had more than %s', resource, held, highest_capacity)
           as example
      from used where held > highest_capacity
)
select (select count(*) from used) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
