-- The open run, held until the end of the transaction; no row when it has ended. Where its history ends is asked after
-- that (history_end.sql): the row may say less than there is.
--
-- Locks: one row of live_runs. Index: a_run_is_live_once.
-- $1 run_id
select chain_id, engine.microseconds(engine.now()), inbox_tail - inbox_head + unread, cancel_requested
  from engine.live_runs where run_id = $1::uuid for update
