-- Serves settle_action: a pending action becomes what came of it. Locks: its row. Index: call_actions_pkey.
-- $1 organization, $2 action, $3 status, $4 reason or ''.
update app.call_actions
set status = $3,
    data = case when $4 = '' then data else data || jsonb_build_object('failure', $4) end,
    updated_at = now()
where organization_id = $1::uuid
  and id = $2::uuid
  and status = 'pending'
