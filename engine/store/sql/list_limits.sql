-- Keys of limits with their figures, who has set them, and what runs and waits under them, those that have waited longest first. A
-- waiting row counts as due once nothing but the limit holds it up.
--
-- Locks: nothing. Indexes: a_key_is_limited_once, activities_under_limit, activities_in_line (the key's rows are
-- counted).
-- $1 keys with something that runs or waits, or that an operator has set, only, $2 limit
select k.limit_key, k.concurrency, k.per_second, k.burst,
       engine.tokens_now(k.tokens, k.burst, k.per_second, k.refilled_at) as tokens,
       engine.microseconds(k.set_at) as set_at, k.set_by, k.set_reason,
       k.set_concurrency, k.set_per_second, k.set_burst,
       k.declared_concurrency, k.declared_per_second, k.declared_burst,
       r.running, w.waiting, w.due, engine.microseconds(w.oldest) as oldest_due, w.queues
  from engine.limits k
 cross join lateral (
       select count(*) as running from engine.activities a
        where a.limit_key = k.limit_key and a.owner is not null) r
 cross join lateral (
       select count(*) as waiting,
              count(*) filter (where a.available_at <= engine.now()) as due,
              min(a.available_at) filter (where a.available_at <= engine.now()) as oldest,
              string_agg(distinct a.queue, ', ') as queues
         from engine.activities a
        where a.limit_key = k.limit_key and a.owner is null) w
 where not $1::boolean or r.running > 0 or w.waiting > 0 or k.set_at is not null
 order by w.oldest nulls last, w.waiting desc, k.limit_key
 limit $2::integer
