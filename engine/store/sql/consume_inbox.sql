-- Deletes messages that activations have taken.
--
-- Locks: inbox rows; the live rows are held by the caller's transaction. Index: an_inbox_number_is_given_once.
-- Arrays: $1 chain, $2 newest message taken
delete from engine.inbox i
 using unnest($1::uuid[], $2::bigint[]) as x(chain_id, head)
 where i.chain_id = x.chain_id and i.sequence <= x.head
