-- Serves drop_old_partition. Locks nothing. Null: nothing is old enough. $1 months to keep, $2 now
select app.oldest_month_to_drop($1::integer, $2::timestamptz)::text
