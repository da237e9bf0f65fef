-- Secrets that a delivery is signed with, the newest first; at most four, so that the header stays short. Locks
-- nothing. $1 organization, $2 endpoint.
select id, encode(ciphertext, 'hex') as ciphertext, key_id
from app.webhook_endpoint_secrets
where organization_id = $1::uuid
  and endpoint_id = $2::uuid
  and (expires_at is null or expires_at > engine.now())
order by created_at desc, id desc
limit 4
