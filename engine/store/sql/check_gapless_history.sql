-- I-4: Event ids of a run are 1 to n without a gap, and n is what the run says (or more, while a worker holds it).
--
-- Locks: nothing. Reads every history row (an_activation_is_recorded_once).
with rows_in_order as (
    select run_id, first_event, events,
           coalesce(lag(first_event + events) over w, 1) as expected,
           row_number() over (partition by run_id order by first_event desc) as from_end
      from engine.history
    window w as (partition by run_id order by first_event)
), bad as (
    select format('run %s: event %s follows %s', run_id, first_event, expected - 1) as example
      from rows_in_order
     where first_event <> expected
     union all
    select format('run %s: history ends with event %s, the run says %s', h.run_id, h.first_event + h.events - 1,
                  coalesce(l.next_event - 1, c.events))
      from rows_in_order h
      left join engine.live_runs l on l.run_id = h.run_id
      left join engine.closed_runs c on c.run_id = h.run_id
     where h.from_end = 1
       and h.first_event + h.events - 1 is distinct from coalesce(l.next_event - 1, c.events)
       and not coalesce(l.owner > 0 and h.first_event + h.events > l.next_event, false)
)
select (select count(*) from rows_in_order) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
