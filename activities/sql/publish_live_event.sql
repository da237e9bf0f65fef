-- Serves publish_live_event. Locks nothing. $1 organization, $2 type, $3 payload.
insert into app.live_events (organization_id, type, payload)
values ($1::uuid, $2, $3::jsonb)
