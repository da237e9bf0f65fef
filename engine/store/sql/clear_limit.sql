-- Takes an operator's figures of a limit back: what the code has declared last counts again. It is news to whoever waits
-- under the key; gives the queues in which somebody does (a null if nobody). No row: there was nothing to take back.
--
-- Locks: the key's row (a claim holds it for a moment and waits for nothing). Indexes: a_key_is_limited_once,
-- a_line_forms_once.
-- $1 key
with decided as (
    update engine.limits l
       set set_concurrency = null, set_per_second = null, set_burst = null, set_at = null, set_by = null,
           set_reason = null,
           concurrency = l.declared_concurrency,
           highest_concurrency = case when l.highest_concurrency is not null and l.declared_concurrency is not null
                                      then greatest(l.highest_concurrency, l.declared_concurrency) end,
           per_second = l.declared_per_second,
           burst = coalesce(l.declared_burst, 1),
           tokens = least(coalesce(l.declared_burst, 1), coalesce(
               engine.tokens_now(l.tokens, l.burst, l.per_second, l.refilled_at), coalesce(l.declared_burst, 1))),
           refilled_at = greatest(l.refilled_at, engine.now())
     where l.limit_key = $1 and l.set_at is not null
    returning l.limit_key
), told as (
    insert into engine.limit_news (limit_key) select limit_key from decided
)
select distinct n.queue
  from decided d
  left join engine.limit_lines n on n.limit_key = d.limit_key
