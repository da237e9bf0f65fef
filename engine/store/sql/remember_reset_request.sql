-- Remembers what a reset or a fork has made; no row if another transaction was faster with the same request id.
--
-- Locks: a new row. Index: a_reset_request_made_one_run.
-- $1 name_space, $2 workflow_id, $3 request_id, $4 run
insert into engine.reset_requests (name_space, workflow_id, request_id, run_id)
values ($1, $2, $3, $4::uuid)
on conflict do nothing
returning run_id
