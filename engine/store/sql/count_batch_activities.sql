-- How many activities that have a row a batch job would reach; put together as search_runs.sql is.
--
-- Locks: nothing. Reads every open run that the filter finds. Indexes: as of search_runs.sql; an_activity_has_one_row.
-- $1 name_space, $2 type or null, $3... values of the filter
select count(*)
  from engine.run_overview s
  join engine.activities a on a.run_id = s.run_id
 where s.name_space = $1 and s.open_run is not null and ($2::text is null or a.type = $2) and (:condition)
