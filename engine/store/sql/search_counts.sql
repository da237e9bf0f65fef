-- How many runs a filter finds, in groups; put together as search_runs.sql is.
--
-- Locks: nothing. Reads every run that the filter finds. Indexes: as of search_runs.sql.
-- $1 name_space, $2... values of the filter
select count(*):groups
  from engine.run_overview s
 where s.name_space = $1
   and (:condition)
 :grouping
 order by count(*) desc:places
 limit 1000
