-- Carries out errands that are messages: each goes into the inbox of its run, which is woken unless it is owned (its
-- worker looks) or blocked; and is deleted. Errands whose run has ended are dropped. Those whose run somebody holds at
-- this moment, or has just given another place, stay for the next time. A run is asked to stop once.
--
-- Locks: errands, skipping locked rows; then live_runs in key order, skipping locked rows; then new inbox rows. Indexes:
-- an_errand_is_run_once, a_child_has_one_parent, a_workflow_id_names_one_run_at_a_time, a_run_is_live_once.
-- $1 limit of each kind
with messages as materialized (
    select id, kind, target, event from engine.errands
     where kind = 'message' order by id limit $1::integer for update skip locked
),
cancels as materialized (
    select id, kind, target, event from engine.errands
     where kind = 'cancel' order by id limit $1::integer for update skip locked
),
aimed as materialized (
    select kind, id, event, (select l.run_id from engine.live_runs l where l.run_id = m.target) as run_id
      from messages m
     union all
    select kind, id, event,
           (select l.run_id
              from engine.children k
              join engine.workflow_ids i on i.name_space = k.name_space and i.workflow_id = k.workflow_id
              join engine.live_runs l on l.run_id = i.run_id and l.chain_id = k.child_chain
             where k.child_chain = c.target)
      from cancels c
),
held as materialized (
    select run_id, cancel_requested from engine.live_runs
     where run_id = any (array(select run_id from aimed where run_id is not null))
     order by run_id for update skip locked
),
wanted as (
    select run_id, kind, id, event from aimed
     where kind = 'message' and run_id = any (array(select run_id from held))
     union all
    (select distinct on (run_id) run_id, kind, id, event from aimed
      where kind = 'cancel' and run_id = any (array(select run_id from held where not cancel_requested))
      order by run_id, id)
),
numbered as materialized (
    select w.*, row_number() over (partition by w.run_id order by w.id) as place,
           count(*) over (partition by w.run_id) as messages,
           bool_or(w.kind = 'cancel') over (partition by w.run_id) as cancels
      from wanted w
),
counted as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + n.messages,
           cancel_requested = l.cancel_requested or n.cancels,
           wake_at = case when l.owner is null and l.failures = 0
                          then least(coalesce(l.wake_at, 'infinity'), engine.now()) else l.wake_at end
      from numbered n
     where l.run_id = any (array(select run_id from held)) and l.run_id = n.run_id and n.place = 1
    returning l.run_id, l.chain_id, l.tenant, l.queue, l.inbox_tail - n.messages as base
),
sent as (
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select c.chain_id, c.base + n.place, n.run_id, c.tenant, n.event
      from counted c join numbered n on n.run_id = c.run_id
),
done as (
    delete from engine.errands e
     using aimed a
     where e.kind = a.kind and e.id = a.id
       and (a.run_id is null or a.run_id = any (array(select run_id from held)))
    returning 1
)
select d.done, d.seen - d.done as busy, q.queue
  from (select (select count(*) from done) as done, (select count(*) from aimed) as seen) d
  left join (select distinct queue from counted) q on true
