-- I-33: A delivery's tries are numbered without a gap, none follows a success, and its status is what they came to.
--
-- That an event is delivered to an endpoint once is a unique key. A delivery that was sent again begins anew.
-- Locks: nothing. Reads every delivery and every try once.
with tries as (
    select organization_id, delivery_id, count(*) as tries, max(attempt) as last,
           count(*) filter (where outcome = 'delivered') as successes,
           max(attempt) filter (where outcome = 'delivered') as succeeded
      from app.webhook_attempts
     group by organization_id, delivery_id
), judged as (
    select d.organization_id, d.id, d.status, d.attempts, d.redeliveries, coalesce(t.tries, 0) as tries,
           coalesce(t.last, 0) as last, coalesce(t.successes, 0) as successes, coalesce(t.succeeded, 0) as succeeded,
           (d.status = 'pending') <> (d.finished_at is null) as end_unknown
      from app.webhook_deliveries d
      left join tries t on t.organization_id = d.organization_id and t.delivery_id = d.id
), bad as (
    select format('organization %s, delivery %s: %s after %s tries (counted: %s), %s successes, the last is try %s',
                  organization_id, id, status, tries, attempts, successes, succeeded) as example
      from judged
     where tries <> attempts or last <> attempts or end_unknown
        or successes > redeliveries + 1
        or (redeliveries = 0 and (status = 'delivered') <> (successes = 1))
        or (redeliveries = 0 and successes = 1 and succeeded <> last)
        or (status = 'delivered' and succeeded <> last)
)
select (select count(*) from judged) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
