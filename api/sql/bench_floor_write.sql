-- The floor: what the cheapest correct engine must do for a batch, and nothing else. One fenced update of a live row and
-- one history row for each activation.
-- Locks: live_runs, by key (a_run_is_live_once). $1 run ids, $2 expected activations, $3 next events, $4 first events,
-- $5 events, $6 activations' bytes.
with fenced as (
    update engine.live_runs l
    set activations = l.activations + 1,
        next_event = x.next_event
    from (select unnest($1::uuid[]) as run_id, unnest($2::integer[]) as expected, unnest($3::integer[]) as next_event) x
    where l.run_id = x.run_id
      and l.activations = x.expected
      and coalesce(l.owner, 0) = 1
      and l.epoch = 1
      and l.token = 1
    returning l.run_id
), written as (
    insert into engine.history (run_id, first_event, events, activation)
    select unnest($1::uuid[]), unnest($4::integer[]), unnest($5::integer[]), unnest($6::bytea[])
)
select count(*)
from fenced
