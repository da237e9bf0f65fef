-- The first part of a claim: takes hold of the keys that are worth looking at and hears the news of theirs. Who holds a
-- key counts its slots in a later statement, whose snapshot shows what the holder before has claimed.
--
-- Locks: limits, skipping locked rows; then their lines and news, which nobody else touches.
-- Indexes: news_are_told_in_order, limit_lines_ripe, a_key_is_limited_once, a_line_forms_once.
-- $1 token of this claim, $2 queue, $3 types, $4 limit
with news as materialized (
    select news_no, limit_key from engine.limit_news order by news_no limit 512
),
ripe as materialized (
    select limit_key from engine.limit_lines
     where queue = $2 and next_at <= engine.now() and type = any ($3::text[])
     order by next_at, limit_key, type
     limit $4::integer
),
held as materialized (
    select limit_key from engine.limits
     where limit_key = any (array(select limit_key from news union select limit_key from ripe))
       for no key update skip locked
),
marked as (
    update engine.limits set claim = $1::bigint where limit_key = any (array(select limit_key from held))
),
heard as (
    delete from engine.limit_news
     where news_no = any (array(
               select news_no from news where limit_key = any (array(select limit_key from held))))
    returning limit_key
)
-- Without a look at next_at: the snapshot may be older than what the holder before has written there.
update engine.limit_lines set next_at = least(next_at, engine.now())
 where limit_key = any (array(select limit_key from heard))
