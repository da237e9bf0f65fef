-- Messages that wait for one run of a chain.
--
-- Locks: nothing; the caller holds the live row. Index: an_inbox_number_is_given_once.
-- $1 chain, $2 run
select event from engine.inbox where chain_id = $1::uuid and run_id = $2::uuid order by sequence
