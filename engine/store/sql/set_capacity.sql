-- Sets a semaphore's capacity, or makes the semaphore. The next grant hears of it.
--
-- Locks: the semaphore's row (a grant holds it for a moment); new news. Index: a_resource_has_one_semaphore.
-- $1 resource, $2 capacity
with set_now as (
    insert into engine.semaphores as s (resource, capacity, highest_capacity) values ($1, $2::integer, $2::integer)
        on conflict (resource) do update
       set capacity = excluded.capacity, highest_capacity = greatest(s.highest_capacity, excluded.capacity)
    returning s.resource
)
insert into engine.semaphore_news (resource) select resource from set_now
