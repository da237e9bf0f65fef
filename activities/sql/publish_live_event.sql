-- Serves publish_live_event, and whatever else tells dashboards. Locks nothing. Also says whether the organization has
-- endpoints of its own that may want to know. $1 organization, $2 type, $3 payload.
insert into app.live_events (organization_id, type, payload)
values ($1::uuid, $2, $3::jsonb)
returning id, exists (select from app.webhook_endpoints e
                       where e.organization_id = $1::uuid and e.status = 'enabled') as webhooks
