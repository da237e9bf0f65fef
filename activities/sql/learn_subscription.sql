-- Serves learn_subscription: what was told about a subscription, merged into what is known, the same in every order.
-- What Stripe said last stands; but a cancelled subscription never comes back. Locks: the subscription. Index:
-- subscriptions_pkey. $1 organization, $2 subscription, $3 customer or '', $4 created or null, $5 status or null, $6
-- said at, $7 weight, $8 source, $9 plan or '' (unknown ones are passed over), $10 metered item or '', $11 ended at or
-- null.
insert into app.subscriptions as s (organization_id, subscription_id, customer_id, created_at, status, status_at,
                                    status_weight, status_event, plan, plan_at, metered_item_id, items_at, ended_at)
select $1::uuid, $2::text, $3::text, coalesce($4::timestamptz, '-infinity'), $5::text,
       case when $5::text is null then '-infinity' else $6::timestamptz end, $7::smallint, $8::text,
       p.slug, case when p.slug is null then '-infinity' else $6::timestamptz end,
       $10::text, case when $10::text = '' then '-infinity' else $6::timestamptz end, $11::timestamptz
from (select) as nothing
left join app.plans p on p.slug = $9::text
on conflict on constraint subscriptions_pkey do update
set customer_id = coalesce(nullif(excluded.customer_id, ''), s.customer_id),
    created_at = greatest(s.created_at, excluded.created_at),
    (status, status_at, status_weight, status_event) = (
        select l.status, l.status_at, l.status_weight, l.status_event
        from (values (s.status, s.status_at, s.status_weight, s.status_event),
                     (excluded.status, excluded.status_at, excluded.status_weight, excluded.status_event))
             as l (status, status_at, status_weight, status_event)
        order by l.status is null, l.status is distinct from 'canceled', l.status_at desc, l.status_weight desc,
                 l.status_event desc
        limit 1),
    plan = case when excluded.plan_at >= s.plan_at then coalesce(excluded.plan, s.plan) else s.plan end,
    plan_at = greatest(s.plan_at, excluded.plan_at),
    metered_item_id = case when excluded.items_at >= s.items_at and excluded.metered_item_id <> ''
                           then excluded.metered_item_id else s.metered_item_id end,
    items_at = greatest(s.items_at, excluded.items_at),
    ended_at = least(s.ended_at, excluded.ended_at)
