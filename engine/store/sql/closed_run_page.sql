-- The newest closed runs of each workflow type of a queue.
--
-- Locks: nothing. Index: a_run_starts_once backwards, for each type that has been seen among the newest runs.
-- $1 queue, $2 runs of each type, $3 newest runs that are looked at
select run_id, chain_id, workflow_id, type
  from (select r.run_id, r.chain_id, r.workflow_id, r.type,
               row_number() over (partition by r.type order by r.run_id desc) as place
          from (select * from engine.runs where queue = $1 order by run_id desc limit $3::integer) r
         where exists (select from engine.closed_runs c where c.run_id = r.run_id)) newest
 where place <= $2::integer
 order by run_id
