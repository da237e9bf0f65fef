-- The other workers: whether each has ended (but has left rows), its lease is over, its session lock is held, and
-- whether this server has been up for one lease, so that the absence of a lock means something.
--
-- Locks: nothing. Indexes: workers_alive; live_runs_owned and activities_owned, jumping from owner to owner, for what
-- ended workers have left (however long ago).
-- $1 this worker
with recursive run_owners(owner) as (
    (select owner from engine.live_runs where owner is not null order by owner limit 1)
    union all
    select (select l.owner from engine.live_runs l where l.owner > r.owner order by l.owner limit 1)
      from run_owners r where r.owner is not null
),
row_owners(owner) as (
    (select owner from engine.activities where owner is not null order by owner limit 1)
    union all
    select (select a.owner from engine.activities a where a.owner > r.owner order by a.owner limit 1)
      from row_owners r where r.owner is not null
)
select w.worker_no, w.ended_at is not null, w.lease_until <= engine.now(),
       exists (select from pg_locks k
                where k.locktype = 'advisory' and k.classid = 726571 and k.objid = w.worker_no::oid and k.objsubid = 2
                  and k.database = (select oid from pg_database where datname = current_database())),
       now() - pg_postmaster_start_time() >= w.lease
  from engine.workers w
 where w.worker_no <> $1::integer
   and (w.ended_at is null
        or w.worker_no = any (array(select owner from run_owners union select owner from row_owners)))
