-- Whether a claim would find activity rows, or something to do for their limits: what a worker asks whose claims have
-- found nothing for a while. What is due is as in claim_activities.sql, but for locks, which are not seen here. Also
-- tells when the next sleeping line of the queue wakes by itself, as rest_lines.sql does.
--
-- Locks: nothing. Indexes: a_queue_is_decided_once; the first entries of news_are_told_in_order, limit_lines_ripe and,
-- one look a priority, activities_claimable.
-- $1 queue, $2 types
select engine.now(),
       (select q.paused_at from engine.queues q where q.queue = $1) is null
       and (exists (select from engine.limit_news)
            or exists (select from engine.limit_lines l
                        where l.queue = $1 and l.next_at <= engine.now() and l.type = any ($2::text[]))
            or exists (select from generate_series(1, 5) as p(priority)
                        cross join lateral (
                              select a.run_id from engine.activities a
                               where a.owner is null and a.limit_key is null and a.queue = $1
                                 and a.priority = p.priority
                                 and a.available_at <= engine.now() and a.type = any ($2::text[])
                                 and a.run_id <> all (array(select z.run_id from engine.paused z))
                                 and (a.schedule_to_start_by is null or a.schedule_to_start_by > engine.now())
                                 and (a.close_by is null or a.close_by > engine.now())
                               limit 1) w)) as waits,
       (select l.next_at from engine.limit_lines l
         where l.queue = $1 and l.next_at > engine.now() and l.next_at < 'infinity'
         order by l.next_at
         limit 1) as look_again_at
