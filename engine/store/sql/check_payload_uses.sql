-- I-66: Every large payload that an open run's history names is noted as used by that run, so nothing sweeps it.
--
-- Locks: nothing. Reads the histories of open runs; payload_uses by a_run_uses_a_payload_once.
with named as (
    select h.run_id, decode(m.digest[1], 'hex') as digest
      from engine.live_runs l
      join engine.history h on h.run_id = l.run_id
     cross join lateral regexp_matches(convert_from(h.activation, 'UTF8'),
                                       '"\$durable":1,[^{}]*"at":"([0-9a-f]{64})"', 'g') as m(digest)
     where position('$durable'::bytea in h.activation) > 0
), bad as (
    select format('run %s: payload %s', run_id, encode(digest, 'hex')) as example
      from named n
     where not exists (select from engine.payload_uses u where u.run_id = n.run_id and u.digest = n.digest)
)
select (select count(*) from named) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
