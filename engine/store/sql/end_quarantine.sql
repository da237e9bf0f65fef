-- Ends the quarantine; no row when there is none.
--
-- Locks: its row. Index: one_quarantine_at_a_time.
-- $1 who
update engine.quarantines set ended_at = engine.now(), ended_by = $1
 where ended_at is null
returning quarantine_id
