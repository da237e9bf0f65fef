-- Waiting messages of several runs beyond what they have taken, in order, each with the run that it was sent to.
--
-- Locks: nothing. Index: an_inbox_number_is_given_once.
-- Arrays: $1 run, $2 chain, $3 inbox head
select x.run_id, i.sequence, i.event, i.run_id
  from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as x(run_id, chain_id, head)
  join engine.inbox i on i.chain_id = x.chain_id and i.sequence > x.head
 order by x.run_id, i.sequence
