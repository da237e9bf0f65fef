-- Every run that a worker owns.
--
-- Locks: nothing. Index: live_runs_owned.
-- $1 worker
select run_id, epoch, token from engine.live_runs where owner = $1::integer order by run_id
