-- Serves forget_old_rows. Locks: the rows deleted. Index: inbound_webhooks_by_time. $1 days, $2 now
delete from app.inbound_webhooks
where ctid = any (array(select ctid from app.inbound_webhooks
                        where received_at < $2::timestamptz - make_interval(days => $1::integer)
                        limit 5000))
