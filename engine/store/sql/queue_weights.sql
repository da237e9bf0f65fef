-- An operator's weights of fairness keys.
--
-- Locks: nothing. Index: a_key_is_weighted_once.
-- $1 queue
select fairness_key, weight from engine.fairness_weights where queue = $1 order by fairness_key
