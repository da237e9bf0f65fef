-- What each watcher has not seen. Stops before the first row whose transaction may still be followed by a smaller id.
-- Locks nothing. Index: live_events_pkey, a range for each watcher. Arrays: $1 organization, $2 after id; $3 at most for each
select watched.place, e.id, e.type, e.payload::text, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
from unnest($1::uuid[], $2::bigint[]) with ordinality as watched (organization_id, after, place)
cross join lateral (
    select id, type, payload, at
    from app.live_events
    where organization_id = watched.organization_id and id > watched.after
      and written_by < pg_snapshot_xmin(pg_current_snapshot())
    order by id
    limit $3::integer) as e
order by watched.place, e.id
