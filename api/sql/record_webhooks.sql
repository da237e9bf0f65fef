-- Writes the dedupe rows of a batch, and the call_refs of calls not heard of before. One row in the answer
-- for each webhook that was not seen before ('new'), and for each that names a call, assistant or number of
-- another organization ('foreign', nothing is written for it); none for repeats.
-- Locks: inbound_webhooks, then call_refs, both in the order of the arrays (sorted by call id). A copy that
-- is being committed elsewhere is waited for. Served by the primary keys and the unique indexes on VAPI's
-- ids.
with incoming as (
    select *
    from unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::jsonb[], $6::bytea[], $7::timestamptz[],
                $8::text[], $9::uuid[], $10::timestamptz[], $11::text[], $12::text[])
         with ordinality
         as t (dedupe_key, organization_id, event_type, body, headers, digest, received_at,
               vendor_call_id, call_id, started_at, assistant, phone_number, position)
),
foreigners as (
    select i.dedupe_key
    from incoming i
    where exists (select from app.call_refs r
                  where r.vendor = 'vapi' and r.vendor_call_id = i.vendor_call_id
                    and r.organization_id <> i.organization_id)
       or exists (select from app.assistants a
                  where a.vapi_assistant_id = i.assistant and a.organization_id <> i.organization_id)
       or exists (select from app.phone_numbers n
                  where n.vapi_phone_number_id = i.phone_number and n.status <> 'released'
                    and n.organization_id <> i.organization_id)
),
recorded as (
    insert into app.inbound_webhooks (vendor, dedupe_key, organization_id, event_type, body, headers, digest,
                                      outcome, received_at)
    select 'vapi', i.dedupe_key, i.organization_id, i.event_type, i.body, i.headers, i.digest, 'accepted',
           i.received_at
    from incoming i
    where i.dedupe_key not in (select f.dedupe_key from foreigners f)
    order by i.position
    on conflict do nothing
    returning dedupe_key
),
referenced as (
    insert into app.call_refs (vendor, vendor_call_id, organization_id, call_id, started_at)
    select 'vapi', i.vendor_call_id, i.organization_id, i.call_id, i.started_at
    from incoming i
    join recorded r on r.dedupe_key = i.dedupe_key
    order by i.position
    on conflict do nothing
)
select dedupe_key, 'new' as verdict from recorded
union all
select dedupe_key, 'foreign' from foreigners;
