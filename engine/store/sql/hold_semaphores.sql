-- The first part of granting: takes hold of the semaphores that there are news of, and hears the news. Who holds one
-- counts its units in a later statement, whose snapshot shows what the holder before has granted.
--
-- Locks: semaphores, skipping locked rows; then their news. Indexes: semaphore_news_are_told_in_order,
-- a_resource_has_one_semaphore.
-- $1 token of this grant, $2 limit
with news as materialized (
    select news_no, resource from engine.semaphore_news order by news_no limit $2::integer
),
held as materialized (
    select resource from engine.semaphores
     where resource = any (array(select distinct resource from news))
     order by resource for no key update skip locked
),
marked as (
    update engine.semaphores set claim = $1::bigint where resource = any (array(select resource from held))
),
heard as (
    delete from engine.semaphore_news
     where news_no = any (array(select news_no from news where resource = any (array(select resource from held))))
    returning 1
)
select (select count(*) from heard) < (select count(*) from news)
