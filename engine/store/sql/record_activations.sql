-- Appends activations to histories.
--
-- Locks: nothing that others know; the live rows are held by the caller's transaction.
-- Index: an_activation_is_recorded_once, inserted into. Arrays as in keep_runs.
-- Arrays: $1 run, $2 first event, $3 events, $4 activation
insert into engine.history (run_id, first_event, events, activation)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::bytea[])
