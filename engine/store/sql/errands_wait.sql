-- Whether anything waits to be delivered: what a worker asks that has left nothing itself, since hardly ever is there
-- anything, and delivering looks at many tables.
--
-- Locks: nothing. Indexes: the first entry of an_errand_is_run_once, semaphore_news_are_told_in_order.
select exists (select from engine.errands) or exists (select from engine.semaphore_news)
