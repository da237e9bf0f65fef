-- The run whose history a run begins with a copy of; nulls if it is none of these.
--
-- Locks: nothing. Index: a_run_starts_once.
-- $1 run_id
select base_run, forked_after from engine.runs where run_id = $1::uuid
