-- One more business like the demo organization, with its settings, and an owner with a number of his own. Locks:
-- organizations. No row: there is no demo organization. $1 demo organization, $2 number that tells it apart, up to 999.
insert into app.organizations (id, name, slug, status, industry, plan, billing_period_start, billing_period_end,
                               time_zone, settings)
select app.uuid_v7(), name || ' ' || $2::text, slug || '-' || $2::text, status, industry, plan, billing_period_start,
       billing_period_end, time_zone,
       jsonb_set(settings, '{notifications,sms}', jsonb_build_array('+15550104' || lpad($2::text, 3, '0')))
from app.organizations
where id = $1::uuid
returning id::text, name
