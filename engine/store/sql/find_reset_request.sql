-- The run that a reset or a fork has made under a request id.
--
-- Locks: nothing. Index: a_reset_request_made_one_run.
-- $1 name_space, $2 workflow_id, $3 request_id
select run_id from engine.reset_requests where name_space = $1 and workflow_id = $2 and request_id = $3
