-- The next open runs that a batch job's filter finds and that have pending activities, by run id; put together as
-- search_runs.sql is. A run that is held, or was until its worker died, may have activities that only history knows.
--
-- Locks: nothing. Indexes: as of search_runs.sql; an_activity_has_one_row, a_run_is_live_once.
-- $1 name_space, $2 limit, $3 this run or newer, $4 started until then (microseconds), $5 not this very run,
-- $6 type of the activities or null, $7... values of the filter
select s.run_id, s.queue, l.owner is not null or l.adopt as held
  from engine.run_overview s
  join engine.live_runs l on l.run_id = s.open_run
 where s.name_space = $1 and s.run_id >= $3::uuid and (s.run_id > $3::uuid or not $5::boolean)
   and s.started_at <= engine.moment($4::bigint)
   and (l.owner is not null or l.adopt
        or exists (select from engine.activities a
                    where a.run_id = s.run_id and ($6::text is null or a.type = $6)))
   and (:condition)
 order by s.run_id
 limit $2::integer
