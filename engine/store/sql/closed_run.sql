-- How a run ended, with its last activation (nulls without one); a row of nulls while it is open; no row if it is unknown.
--
-- Locks: nothing. Indexes: a_run_ends_once; a_run_starts_once; an_activation_is_recorded_once, backwards.
-- $1 run_id
select h.first_event, h.events, h.activation, c.status
  from (select 1) as one
  left join engine.runs r on r.run_id = $1::uuid
  left join engine.closed_runs c on c.run_id = $1::uuid
  left join lateral (
           select first_event, events, activation from engine.history
            where run_id = $1::uuid and c.run_id is not null
            order by first_event desc limit 1) as h on true
 where r.run_id is not null or c.run_id is not null
