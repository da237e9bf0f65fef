-- Serves due_periods. Locks nothing. Index: billing_periods_to_close, a range of it a page. $1 until, $2 and $3 the end
-- and the organization of the last period of the page before (or null), $4 how many.
select organization_id::text, (extract(epoch from period_end) * 1000000)::bigint as period_end
from app.billing_periods
where state in ('open', 'claimed')
  and period_end < $1::timestamptz
  and ($2::timestamptz is null or (period_end, organization_id) > ($2::timestamptz, $3::uuid))
order by period_end, organization_id
limit $4::integer
