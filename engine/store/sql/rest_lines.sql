-- The last part of a claim: says when each line that it has looked at is to be looked at again. Tells when the next
-- sleeping line of the queue wakes by itself.
--
-- Locks: lines of keys held since hold_limits.sql. Indexes: limit_lines_ripe, a_line_forms_once, activities_in_line,
-- activities_under_limit.
-- $1 token of this claim, $2 queue, $3 types, $4 limit
with looked_at as materialized (
    select l.limit_key, l.type, k.per_second,
           engine.tokens_now(k.tokens, k.burst, k.per_second, k.refilled_at) as tokens,
           k.concurrency <= (select count(*) from engine.activities a
                              where a.limit_key = k.limit_key and a.owner is not null) as is_full,
           (select min(w.available_at)
              from generate_series(1, 5) as p(priority)
             cross join lateral (
                   select available_at from engine.activities
                    where owner is null and limit_key = l.limit_key and queue = $2 and type = l.type
                      and priority = p.priority
                    order by available_at
                    limit 1) w) as first_due
      from engine.limit_lines l join engine.limits k on k.limit_key = l.limit_key
     where l.queue = $2 and l.next_at <= engine.now() and l.type = any ($3::text[]) and k.claim = $1::bigint
     order by l.next_at, l.limit_key, l.type
     limit $4::integer
),
rested as (
    update engine.limit_lines l
       set next_at = case
               when x.first_due is null or x.is_full then 'infinity'  -- a new row or an end is news
               when x.tokens < 0.999999 then greatest(x.first_due, engine.now()
                    + ceil((1 - x.tokens) / x.per_second * 1000000) * interval '1 microsecond')
               else greatest(x.first_due, engine.now()) end           -- to the end of those who wait for their turn
      from looked_at x
     where l.limit_key = x.limit_key and l.queue = $2 and l.type = x.type
    returning l.next_at
)
select least((select min(next_at) from rested where next_at > engine.now() and next_at < 'infinity'),
             (select next_at from engine.limit_lines
               where queue = $2 and next_at > engine.now() and next_at < 'infinity'
               order by next_at limit 1))
