-- Puts nominal times into a schedule's buffer; what waits there already stays as it is.
--
-- Locks: the new rows. The caller holds the schedule's row. Index: a_nominal_time_waits_once.
-- $1 schedule_id, $2 nominal times in microseconds[], $3 origin[], $4 overlap[]
insert into engine.schedule_buffer (schedule_id, nominal, origin, overlap)
select $1, engine.moment(w.nominal), w.origin, w.overlap
  from unnest($2::bigint[], $3::text[], $4::text[]) as w(nominal, origin, overlap)
on conflict do nothing
