-- Makes or changes a policy.
--
-- Locks: the policy. Index: a_kind_of_run_has_one_policy.
-- $1 type or '', $2 status or '', $3 microseconds to keep, $4 export
insert into engine.retention (type, status, keep, export, changed_at)
values ($1, $2, $3::bigint * interval '1 microsecond', $4::boolean, engine.now())
on conflict (type, status) do update
   set keep = excluded.keep, export = excluded.export, changed_at = excluded.changed_at
