-- The floor's live rows: open runs that worker 1 holds, as they are half-way through a real drain. Not measured.
-- Locks: the new rows. $1 run ids.
insert into engine.live_runs (run_id, chain_id, queue, tenant, owner, epoch, token)
select run_id, run_id, 'default', '', 1, 1, 1
from unnest($1::uuid[]) as r(run_id)
