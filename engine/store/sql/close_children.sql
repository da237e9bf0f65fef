-- Carries out errands of closed chains, a page of children at a time: they end, are asked to stop or let go, each by
-- its policy. A child that somebody holds at this moment, or that has moved on since this statement's snapshot, stays
-- for the next time, and so does one that goes on alone with a cancel request yet to come; the errand goes once a pass has
-- seen no child any more.
--
-- Locks: errands, then children, then live_runs in key order, each skipping locked rows, so that this never waits; then
-- blocked, activities, inbox of what it holds. Indexes: an_errand_is_run_once, children_of_chain,
-- a_workflow_id_names_one_run_at_a_time, a_run_is_live_once, an_activation_is_recorded_once (backwards),
-- updates_under_way, an_activity_has_one_row, an_inbox_number_is_given_once, a_run_is_blocked_once.
-- $1 errands, $2 children, $3 encoded CancelRequested, $4 the last activation's members beside its time, as JSON,
-- $5 encoded UpdateCompleted for updates under way
with closed as materialized (
    select id, target from engine.errands
     where kind = 'closed' order by id limit $1::integer for update skip locked
),
page as materialized (
    select k.child_chain, k.parent_close,
           (select l.run_id
              from engine.workflow_ids i
              join engine.live_runs l on l.run_id = i.run_id and l.chain_id = k.child_chain
             where i.name_space = k.name_space and i.workflow_id = k.workflow_id) as run_id
      from engine.children k
     where k.parent_chain = any (array(select target from closed))
       -- What the parent still had to say reaches the child by its tie.
       and (k.parent_close <> 'abandon'
            or k.child_chain <> all (array(select target from engine.errands where kind = 'cancel')))
     order by k.parent_chain, k.child_chain
     limit $2::integer
       for update of k skip locked
),
held as materialized (
    select run_id, chain_id, tenant, queue, has_children, cancel_requested
      from engine.live_runs
     where run_id = any (array(select run_id from page where parent_close <> 'abandon'))
     order by run_id for update skip locked
),
-- A history that this snapshot does not show to its end cannot be ended here: its last moment is not known.
ended as materialized (
    select h.*, e.next_event as first_event, e.activations,
           greatest(engine.microseconds(engine.now()), (convert_from(e.last, 'UTF8')::json ->> 't')::bigint) as time
      from held h
      join page p on p.run_id = h.run_id and p.parent_close = 'terminate'
     cross join lateral engine.history_end(h.run_id) e
     cross join lateral (
           select a.first_event + a.events as next_event
             from engine.history a where a.run_id = h.run_id order by a.first_event desc limit 1) seen
     where seen.next_event = e.next_event
),
gone as (
    delete from engine.live_runs l where l.run_id = any (array(select run_id from ended))
),
recorded as (
    insert into engine.history (run_id, first_event, events, activation)
    select run_id, first_event, 1, convert_to(format('{"t":%s,%s}', time, $4::text), 'UTF8') from ended
),
stated as (
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    select run_id, engine.now(), activations + 1, first_event, 'terminated' from ended
),
passed_on as (
    insert into engine.errands (kind, target, tenant, since)
    select 'closed', chain_id, tenant, engine.now() from ended where has_children
),
unblocked as (
    delete from engine.blocked b where b.run_id = any (array(select run_id from ended))
),
dropped as (
    delete from engine.activities a where a.run_id = any (array(select run_id from ended))
),
unanswered as (
    update engine.updates u
       set stage = 'aborted', outcome = $5::bytea, ended_at = engine.now(),
           decided_at = coalesce(u.decided_at, engine.now())
     where u.chain_id = any (array(select chain_id from ended)) and u.stage in ('admitted', 'accepted')
),
emptied as (
    delete from engine.inbox i where i.chain_id = any (array(select chain_id from ended))
),
to_stop as materialized (
    select h.run_id, h.chain_id, h.cancel_requested from held h
     where h.run_id = any (array(select run_id from page where parent_close = 'request_cancel'))
),
-- Once is enough.
asked as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + 1, cancel_requested = true,
           wake_at = case when l.owner is null and l.failures = 0
                          then least(coalesce(l.wake_at, 'infinity'), engine.now()) else l.wake_at end
     where l.run_id = any (array(select run_id from to_stop where not cancel_requested))
    returning l.run_id, l.chain_id, l.tenant, l.queue, l.inbox_tail
),
sent as (
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select chain_id, inbox_tail, run_id, tenant, $3::bytea from asked
),
untied as (
    delete from engine.children k
     where k.child_chain = any (array(select child_chain from page where parent_close = 'abandon' or run_id is null
                                      union all select chain_id from ended
                                      union all select chain_id from to_stop))
    returning 1
),
done as (
    delete from engine.errands e
     using closed c
     where e.kind = 'closed' and e.id = c.id
       and (select k.child_chain from engine.children k where k.parent_chain = c.target limit 1) is null
    returning 1
)
select (select count(*) from done) + (select count(*) from untied) as done,
       (select count(*) from closed) - (select count(*) from done) as left_over,
       o.run_id, o.queue
  from (select 1) as one
  left join (select run_id, null as queue from ended
             union all select distinct null::uuid, queue from asked) o on true
