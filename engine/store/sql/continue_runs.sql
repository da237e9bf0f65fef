-- The fenced end of runs whose chains go on, as new or to try again what has failed: the old run closes, the next one
-- takes its place under the workflow id and is claimable at its moment. The inbox belongs to the chain: messages that the old run has not read wait for the next one,
-- and refuse nothing. All or nothing: a single lost fence divides by zero (22012).
--
-- Locks: workflow_ids in key order, then live_runs, then activities. Indexes: a_run_starts_once,
-- a_workflow_id_names_one_run_at_a_time, a_run_is_live_once (coalesce hides live_runs_owned), an_activity_has_one_row.
-- $1 worker, arrays: $2 run, $3 epoch, $4 token, $5 activations in all, $6 inbox head, $7 events in all, $8 next run,
-- $9 its type, $10 its queue, $11 its activation 0, $12 how the old one ends, $13 when the next one is claimable (null:
-- now), $14 the old one has received its cancel request: the next one has not, and may be asked for itself
with given as materialized (
    select * from unnest($2::uuid[], $3::integer[], $4::bigint[], $5::integer[], $6::bigint[], $7::integer[],
                         $8::uuid[], $9::text[], $10::text[], $11::bytea[], $12::text[], $13::timestamptz[],
                         $14::boolean[])
        as x(run_id, epoch, token, activations, head, events, next, type, queue, activation, status, wake_at,
             canceled)
),
continuing as materialized (
    -- Without its facts a run has no name; the next one's facts then refuse the data.
    select x.*, r.name_space, r.workflow_id, r.parent_run
      from given x
      left join lateral (select name_space, workflow_id, parent_run from engine.runs f
                          where f.run_id = x.run_id limit 1) r on true
),
held as materialized (
    select i.name_space, i.workflow_id, i.run_id, i.request_id, x.next
      from continuing x
      join engine.workflow_ids i on i.name_space = x.name_space and i.workflow_id = x.workflow_id
     where i.run_id = x.run_id
     order by i.name_space collate "C", i.workflow_id collate "C"
       for update of i
),
remembered as (
    insert into engine.earlier_starts (name_space, workflow_id, request_id, run_id)
    select name_space, workflow_id, request_id, run_id from held where request_id <> ''
    on conflict do nothing
),
moved as (
    update engine.workflow_ids i set run_id = h.next, request_id = ''
      from held h
     where i.name_space = h.name_space and i.workflow_id = h.workflow_id
    returning 1
),
gone as (
    delete from engine.live_runs l
     using given x
     where (select count(*) from moved) >= 0  -- after the names
       and l.run_id = any ($2::uuid[]) and l.run_id = x.run_id
       and coalesce(l.owner, 0) = $1::integer and l.epoch = x.epoch and l.token = x.token
    returning l.run_id, l.chain_id, l.tenant, l.inbox_tail, l.has_children, l.cancel_requested, l.unread, l.priority,
              l.fairness_key, l.fairness_weight, l.paused
),
live as (
    insert into engine.live_runs
           (run_id, chain_id, wake_at, inbox_head, inbox_tail, unread, has_children, cancel_requested, queue, tenant,
            priority, fairness_key, fairness_weight, paused, owner, build)
    select x.next, g.chain_id, greatest(x.wake_at, engine.now()), x.head, g.inbox_tail, g.unread, g.has_children,
           g.cancel_requested and not x.canceled and g.inbox_tail > x.head, x.queue, g.tenant,
           g.priority, g.fairness_key, g.fairness_weight, g.paused, case when g.paused then 0 end,
           d.ramping_build
      from gone g
      join continuing x on x.run_id = g.run_id
      left join engine.deployments d
             on d.queue = x.queue and engine.ramp_bucket(x.workflow_id) < d.ramp_percent
),
facts as (
    insert into engine.runs
           (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue, request_id, parent_run)
    select x.next, g.chain_id, engine.now(), x.name_space, x.workflow_id, x.type, g.tenant, x.queue, '', x.parent_run
      from gone g join continuing x on x.run_id = g.run_id
),
recorded as (
    insert into engine.history (run_id, first_event, events, activation)
    select x.next, 1, 1, x.activation from gone g join continuing x on x.run_id = g.run_id
),
closed as (
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    select run_id, engine.now(), activations, events, status from continuing
),
-- The old one's row goes with it (a_run_that_ends_is_not_paused).
held_on as (
    insert into engine.paused (run_id, since, identity, reason)
    select x.next, p.since, p.identity, p.reason
      from gone g
      join continuing x on x.run_id = g.run_id
      join engine.paused p on p.run_id = g.run_id
     where g.paused
),
dropped as (
    delete from engine.activities a using continuing x where a.run_id = x.run_id
)
select 1 / (case when count(*) = cardinality($2::uuid[]) then 1 else 0 end), engine.now() from gone
