-- The last quarantine, open or ended.
--
-- Locks: nothing. Index: a_quarantine_is_declared_once.
select engine.microseconds(restored_to) as restored_to, engine.microseconds(began_at) as began_at, began_by, reason,
       engine.microseconds(ended_at) as ended_at, ended_by
  from engine.quarantines
 order by quarantine_id desc
 limit 1
