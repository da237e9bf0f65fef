-- Runs whose end the schedule wants to know of.
--
-- Locks: the new rows. The caller holds the schedule's row. Index: a_run_is_watched_once.
-- $1 schedule_id, $2 run_id[], $3 name_space, $4 workflow_id[], $5 beside[]
insert into engine.schedule_runs (schedule_id, run_id, name_space, workflow_id, beside)
select $1, w.run_id, $3, w.workflow_id, w.beside
  from unnest($2::uuid[], $4::text[], $5::boolean[]) as w(run_id, workflow_id, beside)
on conflict do nothing
