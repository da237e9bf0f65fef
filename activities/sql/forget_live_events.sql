-- Serves forget_old_rows. Locks: the rows deleted. Index: live_events_by_time. $1 days, $2 now
delete from app.live_events
where ctid = any (array(select ctid from app.live_events
                        where at < $2::timestamptz - make_interval(days => $1::integer)
                        limit 5000))
