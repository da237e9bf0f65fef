-- How many signals runs have been given and not received. Only for runs that leave very many, now or before.
--
-- Locks: live_runs, held by the caller's transaction already; a HOT update, since no index has the column.
-- Index: a_run_is_live_once.
-- Arrays: $1 run, $2 unread signals
update engine.live_runs l
   set unread = x.unread
  from unnest($1::uuid[], $2::integer[]) as x(run_id, unread)
 where l.run_id = any ($1::uuid[]) and l.run_id = x.run_id
