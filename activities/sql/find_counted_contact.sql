-- Serves update_contact when count_contact found nothing to do: the contact that the call was counted for. Locks
-- nothing. No row: no such call. $1 organization, $2 started_at, $3 call.
select contacts.id, contacts.calls, contacts.minutes
from app.calls
join app.contacts on contacts.organization_id = calls.organization_id and contacts.id = calls.contact_id
where calls.organization_id = $1::uuid
  and calls.started_at = $2::timestamptz
  and calls.id = $3::uuid
