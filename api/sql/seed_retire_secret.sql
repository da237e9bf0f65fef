-- Takes a secret out of use. Locks: its row.
-- $1 organization, $2 id.
update app.organization_secrets
set active = false,
    retired_at = now()
where organization_id = $1::uuid
  and vendor = 'vapi'
  and id = $2::uuid
