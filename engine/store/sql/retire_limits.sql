-- Removes keys of limits that nothing has used for an hour and no operator has set, with their lines: first a key is marked, and whoever
-- declares it again takes the mark away; marked an hour ago, unused and with a full bucket, it goes. It walks through
-- the keys a page at a time.
--
-- Locks: limits, skipping locked rows; then the lines and news of keys that go. Indexes: a_key_is_limited_once,
-- activities_under_limit, activities_in_line, a_line_forms_once.
-- $1 after this key, $2 page
with page as materialized (
    select k.limit_key,
           k.set_at is null
           and not exists (select from engine.activities a where a.limit_key = k.limit_key and a.owner is not null)
           and not exists (select from engine.activities a where a.limit_key = k.limit_key and a.owner is null)
               as is_unused
      from engine.limits k where k.limit_key > $1 order by k.limit_key limit $2::integer
),
held as materialized (
    select k.limit_key, k.retires_at from engine.limits k
     where k.limit_key = any (array(select limit_key from page where is_unused))
       and (k.retires_at is null or k.retires_at < engine.now() - interval '1 hour')
       and coalesce(engine.tokens_now(k.tokens, k.burst, k.per_second, k.refilled_at), k.burst) >= k.burst
     order by k.limit_key for update skip locked
),
marked as (
    update engine.limits set retires_at = engine.now()
     where limit_key = any (array(select limit_key from held where retires_at is null))
),
lines as (
    delete from engine.limit_lines
     where limit_key = any (array(select limit_key from held where retires_at is not null))
),
news as (
    delete from engine.limit_news
     where limit_key = any (array(select limit_key from held where retires_at is not null))
),
gone as (
    delete from engine.limits
     where limit_key = any (array(select limit_key from held where retires_at is not null))
    returning 1
)
select (select count(*) from gone), (select count(*) from page), (select max(limit_key) from page)
