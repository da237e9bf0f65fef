-- The plan and period of an organization, and today. Locks nothing. Index: organizations_pkey. $1 organization
select o.name, o.status, o.plan, p.included_minutes, p.overage_cents_per_minute,
       (o.billing_period_start at time zone 'UTC')::date::text, (o.billing_period_end at time zone 'UTC')::date::text,
       (engine.now() at time zone 'UTC')::date::text
from app.organizations o
join app.plans p on p.slug = o.plan
where o.id = $1::uuid
