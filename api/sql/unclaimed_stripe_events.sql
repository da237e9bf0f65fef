-- Stripe events whose organization was not known when they came: the newest hundred. Locks: those rows, so that of two
-- that find them one applies them. Index: unclaimed_stripe_events.
select convert_from(body, 'UTF8') as body
from app.inbound_webhooks
where vendor = 'stripe' and outcome = 'unclaimed'
order by received_at desc
limit 100
for update skip locked
