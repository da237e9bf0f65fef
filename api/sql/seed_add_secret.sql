-- A VAPI secret of an organization. Locks: none of others.
-- $1 organization, $2 id, $3 sealed secret as hexadecimal, $4 key id.
insert into app.organization_secrets (organization_id, id, vendor, ciphertext, key_id)
values ($1::uuid, $2::uuid, 'vapi', decode($3, 'hex'), $4)
