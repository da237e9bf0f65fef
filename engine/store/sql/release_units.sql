-- Gives units of semaphores back, or withdraws requests that wait. The next grant hears of it.
--
-- Locks: the requests, of runs that the caller's worker owns; new news. Index: a_request_is_made_once.
-- Arrays: $1 run, $2 request
with gone as (
    delete from engine.semaphore_requests r
     using unnest($1::uuid[], $2::integer[]) as x(run_id, request)
     where r.run_id = x.run_id and r.request = x.request
    returning r.resource
)
insert into engine.semaphore_news (resource) select distinct resource from gone
