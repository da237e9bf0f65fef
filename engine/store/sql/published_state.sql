-- What a run's chain has published, one key or all, by key.
--
-- Locks: nothing. Indexes: a_run_starts_once, a_key_has_one_value.
-- $1 run, $2 key or null
select p.key, p.value, p.run_id, engine.microseconds(p.published_at)
  from engine.runs r
  join engine.published p on p.chain_id = r.chain_id
 where r.run_id = $1::uuid and ($2::text is null or p.key = $2)
 order by p.key
