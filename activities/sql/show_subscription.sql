-- Serves learn_subscription: the organization shows its newest subscription, and no open period reaches beyond its end.
-- Locks: the organization (already held by the caller), and its periods. A customer that another organization has stays
-- there. $1 organization.
with newest as (
    select s.*
    from app.subscriptions s
    where s.organization_id = $1::uuid
    order by s.created_at desc, s.subscription_id desc
    limit 1
),
shown as (
    update app.organizations o
    set stripe_subscription_id = n.subscription_id,
        stripe_subscription_item_id = coalesce(nullif(n.metered_item_id, ''), o.stripe_subscription_item_id),
        stripe_customer_id = case
            when n.customer_id = '' then o.stripe_customer_id
            when exists (select from app.organizations other
                          where other.stripe_customer_id = n.customer_id and other.id <> o.id) then o.stripe_customer_id
            else n.customer_id
        end,
        status = coalesce(n.status, o.status),
        plan = coalesce(n.plan, o.plan),
        updated_at = now()
    from newest n
    where o.id = n.organization_id
)
select to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ended_at from newest
