-- A billing event as Stripe told it, once. Locks: the key of the Stripe event. $1 organization, $2 type, $3 Stripe
-- event, $4 and $5 period or null, $6 data, $7 when, by Stripe's clock.
insert into app.billing_events (organization_id, id, type, stripe_event_id, period_start, period_end, data, at)
values ($1::uuid, app.uuid_v7(), $2, $3, $4::timestamptz, $5::timestamptz, $6::jsonb, $7::timestamptz)
on conflict (stripe_event_id) where stripe_event_id is not null do nothing
