-- An operator's weight of a fairness key; null takes it back.
--
-- Locks: the key's row. Index: a_key_is_weighted_once.
-- $1 queue, $2 key, $3 weight or null
with gone as (
    delete from engine.fairness_weights where queue = $1 and fairness_key = $2 and $3::real is null
)
insert into engine.fairness_weights (queue, fairness_key, weight)
select $1, $2, $3::real where $3::real is not null
    on conflict (queue, fairness_key) do update set weight = excluded.weight
