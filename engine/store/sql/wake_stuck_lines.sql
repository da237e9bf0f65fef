-- Tells news of keys that have a line asleep although a row in it may start. Claims and ends wake lines themselves;
-- this finds what a defect or a hand-made change has left behind, and forgives a bucket that was filled by a clock
-- since set back. It walks through the lines a page at a time.
--
-- Locks: limits (of such clocks only), skipping locked rows; new news. Indexes: a_line_forms_once,
-- activities_in_line, activities_under_limit.
-- $1, $2, $3 after this line (key, queue, type), $4 page
with page as materialized (
    select l.limit_key, l.queue, l.type, l.next_at, k.per_second, k.refilled_at,
           engine.tokens_now(k.tokens, k.burst, k.per_second, k.refilled_at) as tokens,
           k.concurrency <= (select count(*) from engine.activities a
                              where a.limit_key = k.limit_key and a.owner is not null) as is_full,
           (select min(w.available_at)
              from generate_series(1, 5) as p(priority)
             cross join lateral (
                   select available_at from engine.activities
                    where owner is null and limit_key = l.limit_key and queue = l.queue and type = l.type
                      and priority = p.priority
                    order by available_at
                    limit 1) w) as first_due
      from engine.limit_lines l join engine.limits k on k.limit_key = l.limit_key
     where (l.limit_key, l.queue, l.type) > ($1, $2, $3)
     order by l.limit_key, l.queue, l.type
     limit $4::integer
),
forgiven as (
    update engine.limits set refilled_at = engine.now()
     where limit_key = any (array(
               select limit_key from engine.limits
                where limit_key = any (array(select limit_key from page
                                              where refilled_at > engine.now() + interval '1 minute'))
                  for no key update skip locked))
),
told as (
    insert into engine.limit_news (limit_key)
    select distinct limit_key from page
     where first_due is not null and is_full is not true
       and next_at > interval '5 seconds' + greatest(
           first_due, engine.now() + coalesce(greatest(1 - tokens, 0) / per_second, 0) * interval '1 second')
    returning 1
)
select (select count(*) from told), (select count(*) from page), l.limit_key, l.queue, l.type
  from (select 1) as one
  left join (select * from page order by limit_key desc, queue desc, type desc limit 1) l on true
