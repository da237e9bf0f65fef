-- The first run of every chain, by workflow id; those that other runs or schedules started, too.
--
-- Locks: nothing. Index: none, all is read.
select run_id, workflow_id from engine.runs where run_id = chain_id order by workflow_id, run_id
