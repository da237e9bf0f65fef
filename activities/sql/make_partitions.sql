-- Serves make_partitions. Locks: share update exclusive on the parents, share row exclusive on what foreign keys connect to
-- the calls, one maintainer at a time by advisory lock. $1 months ahead, $2 now
select app.create_partitions(0, $1::integer, $2::timestamptz)
       + engine.create_partitions($2::timestamptz, $2::timestamptz + make_interval(months => $1::integer))
