-- Remembers that a start request has been met by a run that was open already.
--
-- Locks: a new row; the run's live row is held by the caller's transaction. Index: a_start_request_made_one_run.
-- $1 name_space, $2 workflow_id, $3 request_id, $4 run
insert into engine.earlier_starts (name_space, workflow_id, request_id, run_id)
values ($1, $2, $3, $4::uuid)
on conflict do nothing
