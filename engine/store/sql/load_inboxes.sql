-- Waiting messages of several runs beyond what they have taken, the oldest first, each with the run that it was sent
-- to.
--
-- Locks: nothing. Index: an_inbox_number_is_given_once.
-- Arrays: $1 run, $2 chain, $3 inbox head, $4 so many at most, 0: all
select x.run_id, i.sequence, i.event, i.run_id
  from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::integer[]) as x(run_id, chain_id, head, at_most)
 cross join lateral (select sequence, event, run_id from engine.inbox
                      where chain_id = x.chain_id and sequence > x.head
                      order by sequence limit nullif(x.at_most, 0)) i
 order by x.run_id, i.sequence
