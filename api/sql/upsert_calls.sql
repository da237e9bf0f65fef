-- Inserts or completes the calls of a batch, and tells the key of each. `is_new`: repeats only look their
-- key up. A finished call is never reopened (greatest), and what a report said is not changed by a late
-- status update; a duration is only ever given by a report. For rows that were written also how often, this
-- time included, the vendor has said that the call goes on, and that it ended. Runs after record_webhooks, in
-- the same transaction: its own statement, so that it sees what others have committed in between.
-- Locks: calls, in the order of the arrays. Served by call_refs_pkey, calls_pkey (pruned to one partition a
-- row).
with incoming as (
    select *
    from unnest($1::text[], $2::uuid[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::timestamptz[], $11::text[], $12::bigint[], $13::bigint[])
         with ordinality
         as t (vendor_call_id, organization_id, is_new, status, direction, from_number, to_number, assistant,
               phone_number, ended_at, ended_reason, duration_seconds, cost_microdollars, position)
),
known as (
    select i.*, r.call_id, r.started_at
    from incoming i
    join app.call_refs r
        on r.vendor = 'vapi' and r.vendor_call_id = i.vendor_call_id and r.organization_id = i.organization_id
),
upserted as (
    insert into app.calls as c (organization_id, started_at, id, vendor_call_id, assistant_id, phone_number_id,
                                direction, from_number, to_number, status, ended_at, ended_reason, duration_seconds,
                                cost_microdollars, begun_heard, ended_heard)
    select k.organization_id, k.started_at, k.call_id, k.vendor_call_id, a.id, n.id,
           k.direction, k.from_number, k.to_number, k.status::app.call_status,
           greatest(k.ended_at, k.started_at), k.ended_reason, k.duration_seconds, coalesce(k.cost_microdollars, 0),
           (k.status in ('in_progress', 'forwarding'))::integer, (k.status = 'ended')::integer
    from known k
    left join app.assistants a
        on a.vapi_assistant_id = k.assistant and a.organization_id = k.organization_id
    left join app.phone_numbers n
        on n.vapi_phone_number_id = k.phone_number and n.status <> 'released'
           and n.organization_id = k.organization_id
    where k.is_new
    order by k.position
    on conflict (organization_id, started_at, id) do update set
        assistant_id      = coalesce(c.assistant_id, excluded.assistant_id),
        phone_number_id   = coalesce(c.phone_number_id, excluded.phone_number_id),
        direction         = case when excluded.duration_seconds is null then c.direction
                                 else excluded.direction end,
        from_number       = coalesce(excluded.from_number, c.from_number),
        to_number         = coalesce(excluded.to_number, c.to_number),
        status            = greatest(c.status, excluded.status),
        ended_at          = case when excluded.duration_seconds is null
                                 then coalesce(c.ended_at, excluded.ended_at)
                                 else excluded.ended_at end,
        ended_reason      = case when excluded.duration_seconds is null
                                 then coalesce(c.ended_reason, excluded.ended_reason)
                                 else coalesce(excluded.ended_reason, c.ended_reason) end,
        duration_seconds  = coalesce(excluded.duration_seconds, c.duration_seconds),
        cost_microdollars = case when excluded.duration_seconds is null then c.cost_microdollars
                                 else excluded.cost_microdollars end,
        begun_heard       = c.begun_heard + excluded.begun_heard,
        ended_heard       = c.ended_heard + excluded.ended_heard,
        updated_at        = now()
    returning c.id, c.begun_heard, c.ended_heard
)
select k.vendor_call_id, k.call_id::text, (extract(epoch from k.started_at) * 1000000)::bigint as started_at,
       coalesce(u.begun_heard, 0) as begun_heard, coalesce(u.ended_heard, 0) as ended_heard
from known k
left join upserted u on u.id = k.call_id;
