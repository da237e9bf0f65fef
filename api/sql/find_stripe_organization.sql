-- Whose Stripe event it is: by the ids it names, in their order; by its customer; by its subscription. Locks nothing.
-- Index: organizations_pkey, organizations_by_stripe_customer, subscriptions_by_customer, subscriptions_by_id. No row:
-- nobody's. $1 organizations named, $2 customer or '', $3 subscription or ''.
select id::text
from (
    select o.id, n.position as belief
    from unnest($1::uuid[]) with ordinality as n (id, position)
    join app.organizations o on o.id = n.id
    union all
    select o.id, 1000 from app.organizations o where o.stripe_customer_id = $2::text and $2::text <> ''
    union all
    select s.organization_id, 1001 from app.subscriptions s where s.customer_id = $2::text and $2::text <> ''
    union all
    select s.organization_id, 1002 from app.subscriptions s where s.subscription_id = $3::text and $3::text <> ''
) as candidates
order by belief, id
limit 1
