-- How many reports the ingress has stored. Locks: none. Reads inbound_webhooks.
select count(*)
from app.inbound_webhooks
