-- Serves drop_old_partition. Locks: app.calls and the partition, exclusively, for a moment. $1 first moment of the month
select app.drop_calls_of($1::timestamptz)
