-- Serves claim_period_usage: puts calls on the bill. Every ended call whose length is known, that ended inside this
-- period, or inside one that is no longer open (then it is late), and stands on no bill yet. A call that
-- call-processing has not counted yet is taken by its own length, which is what will be counted. Locks: the new rows;
-- two bills that want the same call: the second one finds it taken. Index: calls_pkey (from 100 days before the
-- period), billed_calls_pkey. $1 organization, $2 the period's end.
insert into app.billed_calls (organization_id, call_id, started_at, period_start, minutes, late)
select c.organization_id, c.id, c.started_at, closing.period_start,
       coalesce(c.billed_minutes, (c.duration_seconds + 59) / 60), c.ended_at < closing.period_start
from app.billing_periods closing
join app.calls c
    on c.organization_id = closing.organization_id
   and c.started_at >= closing.period_start - interval '100 days'
   and c.started_at < closing.period_end
   and c.ended_at < closing.period_end
where closing.organization_id = $1::uuid
  and closing.period_end = $2::timestamptz
  and c.status = 'ended'
  and c.duration_seconds is not null
  and (c.ended_at >= closing.period_start
       or exists (select from app.billing_periods p
                   where p.organization_id = c.organization_id
                     and p.state in ('claimed', 'closed')
                     and c.ended_at >= p.period_start and c.ended_at < p.period_end))
  and not exists (select from app.billed_calls b
                   where b.organization_id = c.organization_id and b.call_id = c.id)
order by c.id
on conflict on constraint billed_calls_pkey do nothing
