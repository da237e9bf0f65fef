-- How many runs are still open. Locks: none. Index: a_run_is_live_once or the few live rows.
select count(*)
from engine.live_runs
