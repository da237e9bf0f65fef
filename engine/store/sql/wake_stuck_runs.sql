-- Wakes runs that have a message and that nothing would wake: unowned, waiting for messages only, and one is there.
-- Senders wake runs themselves; this finds what a defect or a hand-made change has left behind. It walks through the
-- waiting runs of the queue a page at a time.
--
-- Locks: live_runs, skipping locked rows. Index: live_runs_claimable, its null moments.
-- $1 queue, $2 after this run, $3 page
with page as materialized (
    select run_id, failures, inbox_head, inbox_tail from engine.live_runs
     where owner is null and queue = $1 and wake_at is null and run_id > $2::uuid
     order by run_id limit $3::integer
),
woken as (
    update engine.live_runs l set wake_at = engine.now()
     where l.run_id = any (array(
               select s.run_id from engine.live_runs s
                where s.run_id = any (array(select run_id from page where failures > 0 or inbox_tail > inbox_head))
                  and s.owner is null and s.wake_at is null and (s.failures > 0 or s.inbox_tail > s.inbox_head)
                order by s.run_id for update skip locked))
    returning 1
)
select (select count(*) from woken), (select run_id from page order by run_id desc limit 1),
       (select count(*) from page)
