-- The next runs that a batch job's filter finds, by run id; put together as search_runs.sql is. :scope is one of
-- batch_scope_*.sql.
--
-- Locks: nothing (lock_open_runs follows). Indexes: as of search_runs.sql.
-- $1 name_space, $2 limit, $3 newer than this run, $4 started until then (microseconds), $5... values of the filter
select s.run_id, s.queue
  from engine.run_overview s
 where s.name_space = $1 and s.run_id > $3::uuid and s.started_at <= engine.moment($4::bigint)
   and :scope and (:condition)
 order by s.run_id
 limit $2::integer
