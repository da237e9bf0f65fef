-- The run that a start request made before its workflow id went to a later run.
--
-- Locks: nothing. Index: a_start_request_made_one_run.
-- $1 name_space, $2 workflow_id, $3 request_id
select run_id from engine.earlier_starts where name_space = $1 and workflow_id = $2 and request_id = $3
