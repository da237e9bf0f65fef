-- I-43: A row that waits for its limit's key has a line, and one that may start is not asleep for ever.
--
-- Locks: nothing. Index: activities_in_line. News that no claim has heard yet wake a line; a full key's line is woken by
-- the next end.
with waiting as (
    select limit_key, queue, type, min(available_at) as first_due from engine.activities
     where owner is null and limit_key is not null
     group by limit_key, queue, type
), bad as (
    select format('limit key %s, queue %s, %s: %s', w.limit_key, w.queue, w.type,
                  case when l.limit_key is null then 'rows wait, but there is no line'
                       else 'rows may start, but the line sleeps until ' || l.next_at end) as example
      from waiting w
      left join engine.limits k on k.limit_key = w.limit_key
      left join engine.limit_lines l
        on l.limit_key = w.limit_key and l.queue = w.queue and l.type = w.type
     where l.limit_key is null
        or (l.next_at = 'infinity' and w.first_due < 'infinity'
            and not exists (select from engine.limit_news n where n.limit_key = w.limit_key)
            and (k.concurrency is null
                 or k.concurrency > (select count(*) from engine.activities a
                                      where a.limit_key = w.limit_key and a.owner is not null)))
)
select (select count(*) from waiting) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
