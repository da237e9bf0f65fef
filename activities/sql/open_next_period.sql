-- Serves open_next_period. Locks: the period rows it writes; the caller has locked the organization. A month by the
-- calendar, until Stripe says otherwise: its dates win, because a guess is never said later than they are. $1
-- organization, $2 the end of the period before.
select app.learn_period(o.id, $2::timestamptz,
                        (($2::timestamptz at time zone 'UTC') + interval '1 month') at time zone 'UTC', '-infinity')
from app.organizations o
where o.id = $1::uuid
  and o.status <> 'canceled'
  and not exists (select from app.billing_periods p
                   where p.organization_id = o.id and p.period_start >= $2::timestamptz)
