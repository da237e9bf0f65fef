-- Every message in the inbox of a run's chain.
--
-- Locks: nothing; the caller holds the live row. Index: an_inbox_number_is_given_once.
-- $1 chain
select event from engine.inbox where chain_id = $1::uuid order by sequence
