-- Writes what functions did during a call. One row in the answer for each that is new; a repeat, or one that is being
-- committed elsewhere (it is waited for), gives none. Locks: its own rows, by a_tool_call_acts_once.
-- $1 organization, $2 VAPI's call id, then one array a column: $3 ids, $4 tool call ids, $5 types, $6 data, $7 status,
-- $8 results.
insert into app.call_actions (organization_id, id, vendor_call_id, tool_call_id, type, data, status, result)
select $1::uuid, t.id, $2, t.tool_call_id, t.type, t.data, t.status, t.result
from unnest($3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::text[]) with ordinality
     as t (id, tool_call_id, type, data, status, result, position)
order by t.position
on conflict on constraint a_tool_call_acts_once do nothing
returning tool_call_id
