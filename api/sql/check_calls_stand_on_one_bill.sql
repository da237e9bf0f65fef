-- I-30: The minutes of a closed billing period are those of the calls on its bill, and no call is missing.
--
-- Each billed call has the minutes that were counted for it, and ended before its bill did. A call that was counted well
-- before its own period was claimed (a transaction may take a while) is on a bill.
-- Locks: nothing. Reads billing_periods, billed_calls and calls by their keys.
with periods as (
    select p.organization_id, p.period_start, p.minutes, p.calls, count(b.call_id) as billed_calls,
           coalesce(sum(b.minutes), 0) as billed_minutes
      from app.billing_periods p
      left join app.billed_calls b on b.organization_id = p.organization_id and b.period_start = p.period_start
     where p.state in ('claimed', 'closed')
     group by p.organization_id, p.period_start
), bad as (
    select format('organization %s, period from %s: %s minutes claimed, its calls have %s', organization_id,
                  period_start, minutes, billed_minutes) as example
      from periods
     where minutes <> billed_minutes or calls <> billed_calls
    union all
    select format('organization %s, call %s: billed for %s minutes, counted as %s', b.organization_id, b.call_id,
                  b.minutes, c.billed_minutes)
      from app.billed_calls b
      join app.billing_periods p on p.organization_id = b.organization_id and p.period_start = b.period_start
      join app.calls c on c.organization_id = b.organization_id and c.started_at = b.started_at and c.id = b.call_id
     where c.billed_minutes <> b.minutes or c.ended_at >= p.period_end
    union all
    select format('organization %s, call %s: ended in the closed period from %s, and stands on no bill',
                  c.organization_id, c.id, p.period_start)
      from app.billing_periods p
      join app.calls c
        on c.organization_id = p.organization_id and c.started_at < p.period_end
       and c.started_at >= p.period_start - interval '31 days'
       and c.ended_at >= p.period_start and c.ended_at < p.period_end
     where p.state = 'closed' and c.billed_minutes is not null and c.updated_at < p.claimed_at - interval '10 minutes'
       and not exists (select from app.billed_calls b
                        where b.organization_id = c.organization_id and b.call_id = c.id)
)
select (select count(*) from periods) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
