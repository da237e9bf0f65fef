-- How many call-processing runs have ended well. Locks: none.
select count(*)
  from engine.closed_runs c
  join engine.runs r using (run_id)
 where r.type = 'call-processing' and c.status = 'completed'
