-- Carries out errands between workflows: the message goes into the inbox of the open run that has the workflow id,
-- and the sender's inbox is told, in one transaction; both are woken as in deliver_messages. A request id that the
-- receiving chain has seen is told as delivered and not repeated; so is a cancel request to a run that has been asked
-- to stop already. A sender that has ended is told nothing. What concerns a run that somebody holds at this moment, or that has just moved on, stays for the next time.
--
-- Locks: errands, skipping locked rows; then live_runs in key order, skipping locked rows; then message_ids and new
-- inbox rows. Indexes: an_errand_is_run_once, a_workflow_id_names_one_run_at_a_time, a_run_is_live_once.
-- $1 limit
with orders as materialized (
    select * from engine.errands where kind = 'external' order by id limit $1::integer for update skip locked
),
aimed as materialized (
    select o.*,
           (select l.run_id from engine.workflow_ids i join engine.live_runs l on l.run_id = i.run_id
             where i.name_space = o.name_space and i.workflow_id = o.workflow_id) as receiver,
           (select l.run_id from engine.live_runs l where l.run_id = o.target) as sender
      from orders o
),
held as materialized (
    select run_id, chain_id, cancel_requested from engine.live_runs
     where run_id = any (array(select receiver from aimed union select sender from aimed))
     order by run_id for update skip locked
),
ready as materialized (
    select a.*, h.chain_id as receiving_chain,
           a.cancels and (h.cancel_requested
                          or row_number() over (partition by a.receiver, a.cancels order by a.id) > 1) as said
      from aimed a
      left join held h on h.run_id = a.receiver
     where (a.receiver is null or h.run_id is not null)
       and (a.sender is null or a.sender = any (array(select run_id from held)))
),
fresh as (
    insert into engine.message_ids (chain_id, request_id)
    select receiving_chain, request_id from ready where receiver is not null
    on conflict do nothing
    returning chain_id, request_id
),
messages as materialized (
    select r.receiver as run_id, r.id, 0 as part, r.event, r.cancels
      from ready r join fresh f on f.chain_id = r.receiving_chain and f.request_id = r.request_id
     where not r.said
     union all
    select r.sender, r.id, 1, case when r.receiver is null then r.failed else r.delivered end, false
      from ready r where r.sender is not null
),
numbered as materialized (
    select m.*, row_number() over (partition by m.run_id order by m.id, m.part) as place,
           count(*) over (partition by m.run_id) as messages,
           bool_or(m.cancels) over (partition by m.run_id) as asks_to_stop
      from messages m
),
counted as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + n.messages,
           cancel_requested = l.cancel_requested or n.asks_to_stop,
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
     using ready r
     where e.kind = 'external' and e.id = r.id
    returning 1
)
select d.done, d.seen - d.done as busy, q.queue
  from (select (select count(*) from done) as done, (select count(*) from aimed) as seen) d
  left join (select distinct queue from counted) q on true
