-- Serves record_customer. Locks: the organization. Index: organizations_pkey. $1 organization, $2 Stripe's
-- customer.
update app.organizations set stripe_customer_id = $2, updated_at = now()
 where id = $1::uuid and stripe_customer_id is null
