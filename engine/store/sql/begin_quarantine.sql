-- Begins a quarantine; no row while one is open. Restored to when is not said: then to the newest moment that the data
-- tells of, the last renewal of a worker's lease or the start of a run.
--
-- Locks: a new row. Indexes: one_quarantine_at_a_time; reads all workers.
-- $1 who, $2 why, $3 restored to (microseconds) or null
insert into engine.quarantines (restored_to, began_at, began_by, reason)
select coalesce(engine.moment($3::bigint),
                greatest((select max(w.lease_until - w.lease) from engine.workers w),
                         (select max(w.started_at) from engine.workers w),
                         (select timestamptz 'epoch' + interval '1 millisecond'
                                 * ('x' || left(replace(r.run_id::text, '-', ''), 12))::bit(48)::bigint
                            from engine.runs r order by r.run_id desc limit 1)),
                engine.now()),
       engine.now(), $1, $2
    on conflict do nothing
returning quarantine_id
