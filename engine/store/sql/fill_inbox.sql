-- Puts messages into the empty inbox of a run that nobody knows yet, in order.
--
-- Locks: new rows. Index: an_inbox_number_is_given_once.
-- $1 chain, $2 run, $3 tenant, $4 encoded events
insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
select $1::uuid, e.place, $2::uuid, $3, e.event
  from unnest($4::bytea[]) with ordinality as e(event, place)
