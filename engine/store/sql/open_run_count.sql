-- How many open runs a queue has, and the time of the snapshot.
--
-- Locks: nothing. Reads live_runs.
-- $1 queue
select count(*), engine.microseconds(engine.now()) from engine.live_runs where queue = $1
