-- Says why runs are blocked; the first moment of it stays.
--
-- Locks: blocked by run id; the live rows are held by the caller's transaction. Index: a_run_is_blocked_once.
-- $1 worker, arrays: $2 run, $3 kind, $4 reason
insert into engine.blocked as b (run_id, kind, reason, since, failures, build)
select x.run_id, x.kind, x.reason, engine.now(), 1,
       coalesce((select build from engine.workers where worker_no = $1::integer), '')
  from unnest($2::uuid[], $3::text[], $4::text[]) as x(run_id, kind, reason)
on conflict (run_id) do update
   set kind = excluded.kind, reason = excluded.reason, failures = b.failures + 1, build = excluded.build
