-- Every run with the number of its events: whose history has grown since it was looked at.
--
-- Locks: nothing. Index: none, all is read, which in a test is little.
select r.run_id, r.type,
       coalesce(c.events, (select max(h.first_event + h.events) - 1 from engine.history h where h.run_id = r.run_id), 0)
  from engine.runs r
  left join engine.closed_runs c on c.run_id = r.run_id
 order by r.run_id
