-- What was answered the first time. Locks nothing. Index: a_tool_call_acts_once. $1 organization, $2 VAPI's call id,
-- $3 tool call ids.
select tool_call_id, result, coalesce((data ->> 'error')::boolean, false) as is_error
from app.call_actions
where organization_id = $1::uuid
  and vendor_call_id = $2
  and tool_call_id = any ($3::text[])
