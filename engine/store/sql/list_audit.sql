-- What operators have done, newest first; null means any.
--
-- Locks: nothing. Indexes: audit_of_target, an_act_is_recorded_once backwards.
-- $1 target, $2 verb, $3 at or after (microseconds), $4 older than this act, $5 limit
select audit_id, engine.microseconds(at) as at, identity, verb, target, reason, details::text as details
  from engine.audit
 where ($1::text is null or target = $1)
   and ($2::text is null or verb = $2)
   and ($3::bigint is null or at >= engine.moment($3))
   and ($4::bigint is null or audit_id < $4)
 order by audit_id desc
 limit $5::integer
