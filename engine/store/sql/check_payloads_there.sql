-- I-65: Every large payload that a run uses is stored, and stays whole until its key is destroyed.
--
-- Locks: nothing. Reads payload_uses and payloads.
with used as (
    select u.run_id, u.digest, p.digest is not null as is_there, p.bytes is null as is_empty,
           k.erased_at is not null as erased
      from engine.payload_uses u
      left join engine.payloads p on p.digest = u.digest
      left join engine.payload_keys k on k.key_id = p.key_id
), bad as (
    select format('run %s: payload %s is %s', run_id, encode(digest, 'hex'),
                  case when is_there then 'empty although its key is not destroyed' else 'not there' end) as example
      from used where not is_there or (is_empty and not erased)
)
select (select count(*) from used) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
