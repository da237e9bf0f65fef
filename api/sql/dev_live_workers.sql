-- How many workers have a live lease.
-- Locks: none. Reads the few rows of workers.
select count(*)
from engine.workers
where ended_at is null
  and lease_until > engine.now()
