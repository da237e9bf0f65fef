-- Whether an organization may send, and the secrets that prove it is this vendor speaking for it. Reads only; by
-- primary keys. $1 organization, $2 vendor
select o.status <> 'canceled' as enabled,
       s.id::text as secret_id,
       encode(s.ciphertext, 'hex') as ciphertext,
       s.key_id
from app.organizations o
left join app.organization_secrets s
    on s.organization_id = o.id and s.vendor = $2 and s.active
where o.id = $1::uuid;
