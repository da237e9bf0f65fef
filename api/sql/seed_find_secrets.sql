-- The active VAPI secrets of an organization, newest first. Locks: none. Index: organization_secrets_pkey.
-- $1 organization.
select id::text, encode(ciphertext, 'hex') as ciphertext, key_id
from app.organization_secrets
where organization_id = $1::uuid
  and vendor = 'vapi'
  and active
order by created_at desc
