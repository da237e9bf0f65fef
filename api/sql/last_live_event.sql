-- Where a watcher begins who has seen nothing: behind everything that is there. Locks nothing. Index: live_events_pkey.
-- $1 organization
select coalesce(max(id), 0)
from app.live_events
where organization_id = $1::uuid and written_by < pg_snapshot_xmin(pg_current_snapshot())
