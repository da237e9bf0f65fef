-- Publishes state: the last value of each key, of the chain.
--
-- Locks: published; the live rows are held by the caller's transaction, and a chain has one. Index: a_key_has_one_value.
-- Arrays: $1 chain, $2 key (once each), $3 value, $4 run, $5 tenant
insert into engine.published (chain_id, key, value, run_id, published_at, tenant)
select x.chain_id, x.key, x.value, x.run_id, engine.now(), x.tenant
  from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[]) as x(chain_id, key, value, run_id, tenant)
on conflict (chain_id, key) do update
   set value = excluded.value, run_id = excluded.run_id, published_at = excluded.published_at
