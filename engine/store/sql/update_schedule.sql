-- Another spec for a schedule; pause, note and counts stay. The caller holds the row.
--
-- Locks: the row. Index: a_schedule_has_one_row. Times in microseconds.
-- $1 schedule_id, $2 spec, $3 next_nominal, $4 next_at
update engine.schedules
   set spec = $2, next_nominal = engine.moment($3), next_at = engine.moment($4), updated_at = engine.now(),
       revision = revision + 1, rules_since = null
 where schedule_id = $1
