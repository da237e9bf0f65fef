-- Serves drop_old_partition. Locks: the rows deleted. A month's rows, found by a scan: once a month. $1 first moment of the month
delete from app.call_refs where started_at >= $1::timestamptz and started_at < $1::timestamptz + interval '1 month'
