-- What a function that is called during a call has to know; looked at for everybody, because it must also tell whether
-- the message names a call, assistant or number of another organization. Locks nothing. Indexes: organizations_pkey,
-- call_refs_pkey, a_tool_call_acts_once, the unique ones on VAPI's ids. $1 organization, $2 VAPI's call id,
-- $3 assistant, $4 phone number (null when not named).
select o.name, o.time_zone, o.settings::text as settings, r.call_id::text as call_id,
       (select count(*) from app.call_actions a
         where a.organization_id = o.id and a.vendor_call_id = $2) as actions,
       (exists (select from app.call_refs f
                 where f.vendor = 'vapi' and f.vendor_call_id = $2 and f.organization_id <> o.id)
        or exists (select from app.assistants a
                    where a.vapi_assistant_id = $3 and a.organization_id <> o.id)
        or exists (select from app.phone_numbers n
                    where n.vapi_phone_number_id = $4 and n.status <> 'released'
                      and n.organization_id <> o.id)) as is_foreign
from app.organizations o
left join app.call_refs r
    on r.vendor = 'vapi' and r.vendor_call_id = $2 and r.organization_id = o.id
where o.id = $1::uuid
