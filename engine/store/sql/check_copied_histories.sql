-- I-51: A run that was reset or forked begins with its base's history up to the point, byte by byte.
--
-- Locks: nothing. Reads the histories of such runs and of their bases (an_activation_is_recorded_once); bases that have
-- been removed are passed over.
with copies as (
    select r.run_id, r.base_run, r.forked_after from engine.runs r
     where r.base_run is not null and exists (select from engine.runs b where b.run_id = r.base_run)
), compared as (
    select c.run_id, c.base_run, o.first_event,
           exists (select from engine.history n
                    where n.run_id = c.run_id and n.first_event = o.first_event and n.events = o.events
                      and n.activation = o.activation) as same
      from copies c
      join engine.history o on o.run_id = c.base_run and o.first_event > 1 and o.first_event <= c.forked_after
), bad as (
    select format('run %s: event %s is not as in its base %s', run_id, first_event, base_run) as example
      from compared where not same
)
select (select count(*) from copies) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
