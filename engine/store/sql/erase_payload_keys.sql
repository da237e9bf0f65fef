-- Destroys data keys, and the bytes of the large payloads that they sealed. The rows stay: what refers to them finds that
-- it was erased, and when.
--
-- Locks: payload_keys, then payloads. Indexes: payload_keys_current, payload_keys_of_subject, payloads_of_key.
-- $1 tenant or null: all, $2 subject[]; empty: every key of the tenant
with erased as (
    update engine.payload_keys
       set wrapped = null, erased_at = engine.now(), retired_at = coalesce(retired_at, engine.now())
     where wrapped is not null
       and ($1::text is null or tenant = $1)
       and (cardinality($2::text[]) = 0 or subject = any($2::text[]))
       and ($1::text is not null or cardinality($2::text[]) > 0)
    returning key_id
), emptied as (
    update engine.payloads set bytes = null
     where key_id in (select key_id from erased) and bytes is not null
    returning 1
)
select (select count(*) from erased), (select count(*) from emptied)
