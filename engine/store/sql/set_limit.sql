-- An operator's figures of a limit: they count instead of the code's until they are taken back. What he does not name is
-- as the code says. It is news to whoever waits under the key; gives the queues in which somebody does.
--
-- Locks: the key's row (a claim holds it for a moment and waits for nothing). Indexes: a_key_is_limited_once,
-- a_line_forms_once.
-- $1 key, $2 concurrency or null, $3 per second or null, $4 burst or null, $5 identity, $6 reason
with decided as (
    insert into engine.limits as l
           (limit_key, concurrency, highest_concurrency, per_second, burst, tokens, refilled_at,
            set_concurrency, set_per_second, set_burst, set_at, set_by, set_reason)
    select $1, x.concurrency, x.concurrency, x.per_second, coalesce(x.burst, 1), coalesce(x.burst, 1), engine.now(),
           x.concurrency, x.per_second, x.burst, engine.now(), $5, $6
      from (select $2::integer as concurrency, $3::double precision as per_second, $4::integer as burst) x
        on conflict (limit_key) do update
       set set_concurrency = excluded.set_concurrency, set_per_second = excluded.set_per_second,
           set_burst = excluded.set_burst, set_at = excluded.set_at, set_by = excluded.set_by,
           set_reason = excluded.set_reason,
           concurrency = coalesce(excluded.set_concurrency, l.declared_concurrency),
           highest_concurrency = case when l.highest_concurrency is not null
                                       and coalesce(excluded.set_concurrency, l.declared_concurrency) is not null
                                      then greatest(l.highest_concurrency,
                                                    coalesce(excluded.set_concurrency, l.declared_concurrency)) end,
           per_second = coalesce(excluded.set_per_second, l.declared_per_second),
           burst = coalesce(excluded.set_burst, l.declared_burst, 1),
           tokens = least(coalesce(excluded.set_burst, l.declared_burst, 1), coalesce(
               engine.tokens_now(l.tokens, l.burst, l.per_second, l.refilled_at),
               coalesce(excluded.set_burst, l.declared_burst, 1))),
           refilled_at = greatest(l.refilled_at, engine.now()),
           retires_at = null
    returning l.limit_key
), told as (
    insert into engine.limit_news (limit_key) select limit_key from decided
)
select distinct queue from engine.limit_lines where limit_key = $1
