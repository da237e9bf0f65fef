-- What decides who answers a call that comes in: the organization, the number that was called (by VAPI's id of it, else
-- by the number itself; null columns when it is not the organization's), and the assistants that may answer. Locks
-- nothing. Indexes: organizations_pkey, phone_numbers_by_vapi_id, phone_numbers_in_use, assistants_pkey.
-- $1 organization, $2 VAPI's phone number id or null, $3 number or null.
select o.name, o.status, o.time_zone, o.settings::text as settings, p.included_minutes,
       (extract(epoch from o.billing_period_start) * 1000000)::bigint as period_start,
       n.routing::text as routing, n.assistant_id::text as assistant_id,
       (select coalesce(jsonb_object_agg(a.id, a.vapi_assistant_id), '{}')::text
        from app.assistants a
        where a.organization_id = o.id and a.status = 'active' and a.vapi_assistant_id is not null) as assistants
from app.organizations o
join app.plans p on p.slug = o.plan
left join lateral (
    select f.routing, f.assistant_id
    from app.phone_numbers f
    where f.organization_id = o.id
      and f.status = 'active'
      and (f.vapi_phone_number_id = $2 or f.number = $3)
    order by f.vapi_phone_number_id is not distinct from $2 desc
    limit 1
) n on true
where o.id = $1::uuid
