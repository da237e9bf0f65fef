-- What is old enough to be forgotten is found by btrees. A BRIN index that has once seen old rows in a range of pages
-- goes on to name the range after new rows have taken their places: after some months each look for old rows would have
-- read everything.
drop index app.inbound_webhooks_by_time;
create index inbound_webhooks_by_time on app.inbound_webhooks (received_at);

drop index app.live_events_by_time;
create index live_events_by_time on app.live_events (at);
