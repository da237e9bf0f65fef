-- A run that begins with another one's history, or is sent other runs' messages again, uses their large payloads too.
--
-- Locks: new rows. Index: a_run_uses_a_payload_once.
-- $1 run, $2 the other runs
insert into engine.payload_uses (run_id, digest)
select distinct $1::uuid, digest from engine.payload_uses where run_id = any ($2::uuid[])
on conflict do nothing
