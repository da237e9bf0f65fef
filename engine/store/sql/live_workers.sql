-- The workers that could do work now.
-- Locks: none. Serves: workers_alive (the lease is compared on its few rows).
select worker_no,
       name,
       build,
       queue,
       (extract(epoch from started_at) * 1000000)::bigint as started_at,
       (extract(epoch from lease_until) * 1000000)::bigint as lease_until
  from engine.workers
 where ended_at is null
   and lease_until > engine.now()
 order by worker_no
