-- Renews a worker's lease and notes what it says of itself; no row if the worker has been declared dead.
--
-- Locks: the worker's row. Index: a_worker_number_is_never_reused.
-- $1 worker, $2 runs held, $3 runs it may hold, $4 async slots used, $5 of how many, $6 transactional ones used,
-- $7 of how many, $8 microseconds since its last claim or null, a second: $9 runs claimed, $10 activity rows claimed,
-- $11 runs closed
update engine.workers
   set lease_until = engine.now() + lease,
       runs_held = $2::integer, runs_max = $3::integer,
       async_used = $4::integer, async_slots = $5::integer,
       transactional_used = $6::integer, transactional_slots = $7::integer,
       last_claim_at = engine.now() - $8::bigint * interval '1 microsecond',
       runs_claimed_per_second = $9::double precision,
       rows_claimed_per_second = $10::double precision,
       runs_closed_per_second = $11::double precision
 where worker_no = $1::integer and ended_at is null
returning worker_no
