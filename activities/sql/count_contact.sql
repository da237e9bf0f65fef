-- Serves update_contact. Locks: the call, then its contact. Counts a call once however often it is run: a call that
-- has a contact has been counted. No row: counted before, or no such call. $1 organization, $2 started_at, $3 call,
-- $4 number, $5 name or null, $6 minutes.
with uncounted as (
    select organization_id, started_at, id
    from app.calls
    where organization_id = $1::uuid
      and started_at = $2::timestamptz
      and id = $3::uuid
      and contact_id is null
    for update
), contact as (
    insert into app.contacts (organization_id, id, number, name, first_call_at, last_call_at, calls, minutes)
    select organization_id, app.uuid_v7(), $4, $5, started_at, started_at, 1, $6::bigint
    from uncounted
    on conflict on constraint contacts_are_one_per_number do update
    set name = coalesce(contacts.name, excluded.name),
        first_call_at = least(contacts.first_call_at, excluded.first_call_at),
        last_call_at = greatest(contacts.last_call_at, excluded.last_call_at),
        calls = contacts.calls + 1,
        minutes = contacts.minutes + excluded.minutes,
        updated_at = now()
    returning id, calls, minutes
)
update app.calls
set contact_id = contact.id,
    updated_at = now()
from contact
where calls.organization_id = $1::uuid
  and calls.started_at = $2::timestamptz
  and calls.id = $3::uuid
returning contact.id, contact.calls, contact.minutes
