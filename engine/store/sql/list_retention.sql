-- Policies, the most special ones first.
--
-- Locks: nothing. Reads retention.
select type, status, engine.microseconds(timestamptz 'epoch' + keep), export, engine.microseconds(changed_at)
  from engine.retention
 order by type = '', type, status = '', status
