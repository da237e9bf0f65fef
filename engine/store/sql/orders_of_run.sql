-- Orders that wait for activities of a run which have no row.
--
-- Locks: nothing. Index: an_activity_has_one_order.
-- $1 run
select activity, paused_by, engine.microseconds(paused_at) as paused_at, restart, task is not null as changed
  from engine.activity_orders where run_id = $1::uuid order by activity
