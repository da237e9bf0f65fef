-- I-19: A child that was started is a run of its parent, and its close is told to its parent once, unless that has ended.
--
-- Locks: nothing. Reads every history row once; runs and closed_runs by their keys; inbox and errands.
with events as materialized (
    select run_id, kind, fields ->> 'initiated' as initiated, (fields ->> 'run')::uuid as child
      from engine.history_events
     where kind in ('ChildStarted', 'ChildCompleted', 'ChildFailed')
       and position('"Child'::bytea in activation) > 0
), told as (
    select run_id, initiated, count(*) as times
      from events where kind <> 'ChildStarted' group by run_id, initiated
), on_the_way as materialized (
    select run_id as parent, convert_from(event, 'UTF8')::json ->> 'run' as child from engine.inbox
     union all
    select target, convert_from(event, 'UTF8')::json ->> 'run' from engine.errands where kind = 'message'
), started as (
    -- Of a run that was reset: also what it has copied. A fork's children are its base's.
    select e.run_id, e.child, e.initiated, r.run_id is not null as is_run,
           exists (select from engine.children k where k.child_chain = e.child) as is_open,
           exists (select from engine.live_runs l where l.run_id = e.run_id) as parent_is_open,
           coalesce(t.times, 0) + (select count(*) from on_the_way o
                                    where o.parent = e.run_id and o.child = e.child::text) as reports
      from events e
      join engine.runs m on m.run_id = e.run_id
      left join engine.runs r on r.run_id = e.child
                             and (select p.chain_id from engine.runs p where p.run_id = r.parent_run) = m.chain_id
      left join told t on t.run_id = e.run_id and t.initiated = e.initiated
     where e.kind = 'ChildStarted'
       and not (m.base_run is not null
                and m.chain_id <> (select b.chain_id from engine.runs b where b.run_id = m.base_run))
), bad as (
    select format('run %s: child %s (event %s): %s', run_id, child, initiated,
                  case when not is_run then 'no such run' else format('told %s times', reports) end) as example
      from started
     where not is_run or reports > 1 or (parent_is_open and (reports = 0) <> is_open)
)
select (select count(*) from started) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
