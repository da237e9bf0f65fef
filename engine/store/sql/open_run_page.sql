-- A page of the open runs of a queue that a build may get: those that belong to no other build.
--
-- Locks: nothing. Indexes: a_run_is_live_once, a_run_starts_once.
-- $1 queue, $2 after this run, $3 page
select l.run_id, l.chain_id, r.workflow_id, r.type, l.inbox_head, l.build
  from engine.live_runs l
  join engine.runs r on r.run_id = l.run_id
 where l.queue = $1 and l.run_id > $2::uuid
 order by l.run_id
 limit $3::integer
