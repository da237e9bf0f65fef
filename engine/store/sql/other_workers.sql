-- The other workers: whether each has ended (but may have left rows), its lease is over, its session lock is held, and
-- whether this server has been up for one lease, so that the absence of a lock means something.
--
-- Locks: nothing. Index: workers_alive, and live_runs_owned / activities_owned for what ended ones have left.
-- $1 this worker
select w.worker_no, w.ended_at is not null, w.lease_until <= engine.now(),
       exists (select from pg_locks k
                where k.locktype = 'advisory' and k.classid = 726571 and k.objid = w.worker_no::oid and k.objsubid = 2
                  and k.database = (select oid from pg_database where datname = current_database())),
       now() - pg_postmaster_start_time() >= w.lease
  from engine.workers w
 where w.worker_no <> $1::integer
   and (w.ended_at is null
        or exists (select from engine.live_runs l where l.owner = w.worker_no)
        or exists (select from engine.activities a where a.owner = w.worker_no))
