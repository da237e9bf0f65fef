-- Who was told about a call, and how that went. Locks nothing. Index: notifications_by_call. $1 organization, $2 call
select channel, recipient, status, error
from app.notifications
where organization_id = $1::uuid and call_id = $2::uuid
order by channel desc, recipient
