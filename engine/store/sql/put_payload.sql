-- Stores a large payload unless it is there, and notes that a run uses it. A payload that was touched an hour ago is not
-- written again: the sweep takes only what nobody has touched for a day, and looks again when it had to wait.
--
-- Locks: the payload's row. Indexes: a_payload_is_stored_once, a_run_uses_a_payload_once.
-- $1 run, $2 digest, $3 key or null, $4 bytes
with stored as (
    insert into engine.payloads (digest, key_id, bytes, touched_at)
    values ($2::bytea, $3::uuid, $4::bytea, engine.now())
    on conflict (digest) do update set touched_at = excluded.touched_at
     where payloads.touched_at < excluded.touched_at - interval '1 hour'
)
insert into engine.payload_uses (run_id, digest) values ($1::uuid, $2::bytea) on conflict do nothing
