-- The workers that could do work now, with what they say of themselves.
-- Locks: none. Serves: workers_alive (the lease is compared on its few rows).
select worker_no,
       name,
       build,
       queue,
       (extract(epoch from started_at) * 1000000)::bigint as started_at,
       (extract(epoch from lease_until) * 1000000)::bigint as lease_until,
       runs_held,
       runs_max,
       async_used,
       async_slots,
       transactional_used,
       transactional_slots,
       engine.microseconds(last_claim_at) as last_claim_at,
       runs_claimed_per_second,
       rows_claimed_per_second,
       runs_closed_per_second
  from engine.workers
 where ended_at is null
   and lease_until > engine.now()
 order by worker_no
