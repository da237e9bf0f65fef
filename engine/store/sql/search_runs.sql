-- Runs that a filter finds, in its order.
--
-- The condition and the order are put together from the pieces search_condition.sql and search_value.sql and from names of
-- columns of engine.run_overview; values are parameters, none is ever a part of the text (engine/store/search_sql.cpp).
--
-- Locks: nothing. Indexes: a_run_starts_once backwards, unless a narrower one serves: search_attributes_by_*,
-- a_run_is_live_once, closed_runs_that_went_wrong, a_run_is_blocked_once.
-- $1 name_space, $2 limit, $3 older than this run, $4... values of the filter
select s.run_id, s.workflow_id, s.type, s.tenant, s.status, s.blocked,
       engine.microseconds(s.started_at) as started_at, engine.microseconds(s.closed_at) as closed_at
  from engine.run_overview s
 where s.name_space = $1 and s.run_id < $3::uuid
   and (:condition)
 order by :order
 limit $2::integer
