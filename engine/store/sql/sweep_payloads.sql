-- Deletes large payloads that no run uses and nobody has touched for a day. Who is just about to use one again has
-- touched it: this statement waits for him, looks again, and leaves it.
--
-- Locks: payloads, skipping locked ones. Indexes: payloads_by_touch, payload_uses_of_digest.
delete from engine.payloads
 where digest in (
    select p.digest from engine.payloads p
     where p.touched_at < engine.now() - interval '1 day'
       and not exists (select from engine.payload_uses u where u.digest = p.digest)
     order by p.touched_at limit 1000
     for update skip locked)
