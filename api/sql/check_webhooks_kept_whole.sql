-- I-31: A webhook that was received is kept as it came: its bytes have the digest that was taken at the door.
--
-- That a vendor's event is kept once is the table's primary key.
-- Locks: nothing. Reads every inbound webhook once, with its body.
with bad as (
    select format('%s %s: its body is not what was received %s', vendor, dedupe_key, received_at) as example
      from app.inbound_webhooks
     where sha256(body) <> digest
)
select (select count(*) from app.inbound_webhooks) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
