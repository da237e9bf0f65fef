-- Serves forget_old_rows. Locks: the rows deleted and their attempts. Index: webhook_deliveries_finished.
-- $1 days, $2 now
delete from app.webhook_deliveries
where ctid = any (array(select ctid from app.webhook_deliveries
                        where status in ('delivered', 'canceled')
                          and finished_at < $2::timestamptz - make_interval(days => $1::integer)
                        limit 5000))
