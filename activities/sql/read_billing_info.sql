-- Serves read_billing_info. Locks nothing. Index: billing_periods_end_apart, subscriptions_pkey. No row: no period ends
-- then. $1 organization, $2 the period's end.
select p.state,
       coalesce(s.customer_id, o.stripe_customer_id, '') as customer_id,
       (extract(epoch from p.period_start) * 1000000)::bigint as period_start,
       s.subscription_id is not null as paid_for
from app.billing_periods p
join app.organizations o on o.id = p.organization_id
left join lateral (
    select subscription_id, nullif(customer_id, '') as customer_id
    from app.subscriptions s
    where s.organization_id = p.organization_id
      and (p.said_at > '-infinity' or s.created_at <= p.period_start)
      and (s.ended_at is null or s.ended_at > p.period_start)
    order by s.created_at desc, s.subscription_id desc
    limit 1
) as s on true
where p.organization_id = $1::uuid and p.period_end = $2::timestamptz
