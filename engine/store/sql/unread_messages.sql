-- Messages that open runs have not taken yet, in order.
--
-- Locks: nothing. Indexes: a_run_is_live_once, an_inbox_number_is_given_once.
-- $1 runs
select l.run_id, i.sequence, i.event, i.run_id
  from unnest($1::uuid[]) as x(run_id)
  join engine.live_runs l on l.run_id = x.run_id
  join engine.inbox i on i.chain_id = l.chain_id and i.sequence > l.inbox_head
 order by l.run_id, i.sequence
