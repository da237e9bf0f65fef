-- Ends a run from outside: no code runs, waiting messages and activities go with it. Its children are seen to by an
-- errand; so is its parent, if it waits for it.
--
-- Locks: the live row (held by the caller already), then blocked, activities, updates, inbox, children.
-- Indexes: a_run_is_live_once, an_activity_has_one_row, updates_under_way, an_inbox_number_is_given_once,
-- a_run_is_blocked_once, a_child_has_one_parent.
-- $1 run_id, $2 chain_id, $3 first event of the activation, $4 encoded activation (one event), $5 status,
-- $6 encoded ChildFailed for its parent, or null, $7 encoded UpdateCompleted for updates under way, $8 activations in all
with ended as (
    delete from engine.live_runs where run_id = $1::uuid returning run_id, tenant, has_children
),
recorded as (
    insert into engine.history (run_id, first_event, events, activation)
    select run_id, $3::integer, 1, $4::bytea from ended
),
closed as (
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    select run_id, engine.now(), $8::integer, $3::integer, $5 from ended
),
unblocked as (
    delete from engine.blocked b using ended e where b.run_id = e.run_id
),
dropped as (
    delete from engine.activities a using ended e where a.run_id = e.run_id
),
unanswered as (
    update engine.updates u
       set stage = 'aborted', outcome = $7::bytea, ended_at = engine.now(),
           decided_at = coalesce(u.decided_at, engine.now())
      from ended e
     where u.chain_id = $2::uuid and u.stage in ('admitted', 'accepted')
),
untied as (
    delete from engine.children k using ended e where k.child_chain = $2::uuid returning k.parent_run, e.tenant
),
sent as (
    insert into engine.errands (kind, target, tenant, event, since)
    select 'message', parent_run, tenant, $6::bytea, engine.now() from untied where $6::bytea is not null
     union all
    select 'closed', $2::uuid, tenant, null, engine.now() from ended where has_children
)
delete from engine.inbox i using ended e where i.chain_id = $2::uuid
