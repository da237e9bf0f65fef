-- Ends the open run of a chain whose place another run of the chain takes. Nobody is told: the chain goes on. Its inbox
-- is emptied; the caller has read it and gives it to the next one.
--
-- Locks: the live row (held by the caller already), then blocked, activities, inbox. Indexes: a_run_is_live_once,
-- an_activity_has_one_row, an_inbox_number_is_given_once, a_run_is_blocked_once.
-- $1 run_id, $2 chain_id, $3 first event of the activation, $4 encoded activation (one event),
-- $5 activations in all
with ended as (
    delete from engine.live_runs where run_id = $1::uuid returning run_id
),
recorded as (
    insert into engine.history (run_id, first_event, events, activation)
    select run_id, $3::integer, 1, $4::bytea from ended
),
closed as (
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    select run_id, engine.now(), $5::integer, $3::integer, 'terminated' from ended
),
unblocked as (
    delete from engine.blocked b using ended e where b.run_id = e.run_id
),
dropped as (
    delete from engine.activities a using ended e where a.run_id = e.run_id
)
delete from engine.inbox i using ended e where i.chain_id = $2::uuid
