-- A new worker with a number of its own.
--
-- Locks: a new row.
-- $1 name, $2 build, $3 queue, $4 lease in microseconds, $5 has payload keys
insert into engine.workers (name, build, queue, started_at, lease, lease_until, encrypts)
select $1, $2, $3, engine.now(), lease, engine.now() + lease, $5::boolean
  from (select $4::bigint * interval '1 microsecond' as lease) as given
returning worker_no
