-- Takes nominal times out of a schedule's buffer.
--
-- Locks: the rows. The caller holds the schedule's row. Index: a_nominal_time_waits_once.
-- $1 schedule_id, $2 nominal times in microseconds[], $3 origin[]
delete from engine.schedule_buffer b
 using unnest($2::bigint[], $3::text[]) as w(nominal, origin)
 where b.schedule_id = $1 and b.nominal = engine.moment(w.nominal) and b.origin = w.origin
