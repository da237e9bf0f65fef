-- Serves create_deliveries. Locks: the endpoints (key share, by the foreign key). One row for each endpoint that wants
-- the event and has none of it yet: the same event id again makes nothing. $1 organization, $2 event id, $3 event type,
-- $4 body.
with wanted as (
    select organization_id, id, max_in_flight
    from app.webhook_endpoints
    where organization_id = $1::uuid
      and status = 'enabled'
      and (event_types = '{}' or $3 = any (event_types))
), made as (
    insert into app.webhook_deliveries (organization_id, id, endpoint_id, event_id, event_type, body, next_attempt_at,
                                        created_at)
    select organization_id, app.uuid_v7(), id, $2, $3, $4, engine.now(), engine.now()
    from wanted
    order by id
    on conflict on constraint one_delivery_an_event_and_endpoint do nothing
    returning id, endpoint_id
)
select made.id, made.endpoint_id, wanted.max_in_flight
from made
join wanted on wanted.id = made.endpoint_id
order by made.id
