-- Requests at a semaphore, or of a run: the granted ones first, then those that wait, as they will be served.
--
-- Locks: nothing. Indexes: semaphore_requests_granted, semaphore_requests_waiting, a_request_is_made_once,
-- a_run_starts_once.
-- $1 resource or null, $2 run or null, $3 limit
select r.resource, r.run_id, f.workflow_id, r.request, r.units, engine.microseconds(r.requested_at) as requested_at,
       engine.microseconds(r.granted_at) as granted_at
  from engine.semaphore_requests r
  left join engine.runs f on f.run_id = r.run_id
 where ($1::text is null or r.resource = $1) and ($2::uuid is null or r.run_id = $2)
 order by r.granted_at is null, r.ticket
 limit $3::integer
