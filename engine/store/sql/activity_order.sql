-- The order that waits for an activity without a row, held until the end of the transaction.
--
-- Locks: its row; the live row is held by the caller. Index: an_activity_has_one_order.
-- $1 run, $2 activity
select paused_at is not null as paused, paused_by, task, queue, restart
  from engine.activity_orders where run_id = $1::uuid and activity = $2::integer
   for update
