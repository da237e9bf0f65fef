-- What dashboards watch, for a batch. Locks nothing of others. $1 organizations, $2 types, $3 payloads.
insert into app.live_events (organization_id, type, payload)
select t.organization_id, t.type, t.payload
from unnest($1::uuid[], $2::text[], $3::jsonb[]) with ordinality
     as t (organization_id, type, payload, position)
order by t.position
