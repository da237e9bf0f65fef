-- What the AI did during a call. Locks nothing. Index: a_tool_call_acts_once. $1 organization, $2 the vendor's call id
select type, status, result, engine.microseconds(created_at) as created_at
from app.call_actions
where organization_id = $1::uuid and vendor_call_id = $2
order by created_at, id
