-- Which of these runs have messages beyond what they have taken, or are paused.
--
-- Locks: nothing. Index: a_run_is_live_once.
-- Arrays: $1 run, $2 inbox head
select engine.now(), l.run_id, l.inbox_tail > x.head as has_messages, l.paused
  from (select 1) as one
  left join (unnest($1::uuid[], $2::bigint[]) as x(run_id, head)
             join engine.live_runs l on l.run_id = x.run_id and (l.inbox_tail > x.head or l.paused)) on true
