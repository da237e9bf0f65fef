-- For each fake: how many activities it has done something for, how often at most for a single one, and whether once is
-- all that is allowed.
--
-- Locks: nothing. Index: none, all is read.
select activity, count(*), max(times), bool_or(once)
  from (select activity, key, count(*) as times, bool_or(delivery = 'at_most_once') as once
          from testing.calls where outcome = 'done'
         group by activity, key) k
 group by activity
 order by activity
