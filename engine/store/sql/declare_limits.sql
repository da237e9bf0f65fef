-- Makes keys and lines known before rows are stored under them. The newest figures count, but for those that an operator
-- has set; a bucket begins full. Where nothing is new, nothing is locked. A key that was about to be removed for want of use stays.
--
-- Locks: limits in key order (a claim holds one for a moment and waits for nothing), then new lines in key order.
-- Indexes: a_key_is_limited_once, a_line_forms_once.
-- Arrays in key order: $1 key, $2 concurrency, $3 per second, $4 burst; $5 key, $6 queue and $7 type of lines
with known as (
    insert into engine.limits as l
           (limit_key, concurrency, highest_concurrency, per_second, burst, tokens, refilled_at,
            declared_concurrency, declared_per_second, declared_burst)
    select x.limit_key, x.concurrency, x.concurrency, x.per_second, x.burst, x.burst, engine.now(),
           x.concurrency, x.per_second, x.burst
      from unnest($1::text[], $2::integer[], $3::double precision[], $4::integer[]) with ordinality
        as x(limit_key, concurrency, per_second, burst, place)
     where not exists (
           select from engine.limits o
            where o.limit_key = x.limit_key and o.declared_burst = x.burst and o.retires_at is null
              and o.declared_concurrency is not distinct from x.concurrency
              and o.declared_per_second is not distinct from x.per_second)
     order by x.place
        on conflict (limit_key) do update
       set declared_concurrency = excluded.concurrency,
           declared_per_second = excluded.per_second, declared_burst = excluded.burst,
           concurrency = coalesce(l.set_concurrency, excluded.concurrency),
           highest_concurrency = case when l.highest_concurrency is not null
                                       and coalesce(l.set_concurrency, excluded.concurrency) is not null
                                      then greatest(l.highest_concurrency,
                                                    coalesce(l.set_concurrency, excluded.concurrency)) end,
           per_second = coalesce(l.set_per_second, excluded.per_second),
           burst = coalesce(l.set_burst, excluded.burst),
           tokens = least(coalesce(l.set_burst, excluded.burst), coalesce(
               engine.tokens_now(l.tokens, l.burst, l.per_second, l.refilled_at),
               coalesce(l.set_burst, excluded.burst))),
           refilled_at = greatest(l.refilled_at, engine.now()),
           retires_at = null
    returning 1
)
insert into engine.limit_lines (limit_key, queue, type, next_at)
select x.limit_key, x.queue, x.type, engine.now()
  from unnest($5::text[], $6::text[], $7::text[]) with ordinality as x(limit_key, queue, type, place)
 where (select count(*) from known) >= 0  -- limits first
   and (not exists (
            select from engine.limit_lines o
             where o.limit_key = x.limit_key and o.queue = x.queue and o.type = x.type)
        -- The lines of a key that is being removed may be gone by now (see retire_limits.sql).
        or exists (select from engine.limits o where o.limit_key = x.limit_key and o.retires_at is not null))
 order by x.place
    on conflict (limit_key, queue, type) do nothing
