-- Everything known about a run without replay, one row an activity row (one with nulls when there is none).
--
-- Locks: nothing. One snapshot. Indexes: a_run_starts_once, a_run_ends_once, a_run_is_live_once,
-- a_run_is_blocked_once, an_activity_has_one_row, a_worker_number_is_never_reused.
-- $1 run_id
select r.chain_id, r.parent_run, r.name_space, r.workflow_id, r.type, r.tenant, r.queue,
       coalesce(c.status, 'running') as status,
       engine.microseconds(r.started_at) as started_at,
       engine.microseconds(c.closed_at) as closed_at,
       coalesce(c.activations, h.activations, l.activations, 0) as activations,
       coalesce(c.events, h.next_event - 1, l.next_event - 1, 0) as events,
       w.name as owner,
       case when l.owner is null then engine.microseconds(l.wake_at) end as wake_at,
       coalesce(l.inbox_tail - l.inbox_head, 0) as inbox_waiting,
       coalesce(l.cancel_requested, false) as cancel_requested,
       b.kind as blocked_kind, b.reason as blocked_reason, engine.microseconds(b.since) as blocked_since,
       b.failures as blocked_failures, b.build as blocked_build,
       coalesce(l.build, (select d.current_build from engine.deployments d where d.queue = l.queue)) as for_build,
       coalesce(l.pinned, false) as pinned,
       engine.microseconds(engine.now()) as now,
       a.activity, a.type as activity_type,
       case when a.owner is not null then 'running'
            when a.awaiting then 'awaiting'
            when a.paused_at is not null then 'paused'
            when a.attempt + a.lost_attempts > 1 then 'retrying' else 'waiting' end as activity_state,
       a.attempt, a.lost_attempts, engine.microseconds(a.scheduled_at) as scheduled_at,
       case when a.available_at < 'infinity' then engine.microseconds(a.available_at) end as available_at,
       aw.name as activity_worker, a.last_failure,
       engine.microseconds(a.paused_at) as paused_at, a.paused_by, a.pause_reason
  from engine.runs r
  left join engine.closed_runs c on c.run_id = r.run_id
  left join engine.live_runs l on l.run_id = r.run_id
  -- While a worker holds it, only its history says how far it is.
  left join lateral (select nullif(count(*), 0)::integer as activations, max(i.first_event + i.events) as next_event
                       from engine.history i
                      where l.owner > 0 and i.run_id = l.run_id) h on true
  left join engine.blocked b on b.run_id = r.run_id
  left join engine.workers w on w.worker_no = l.owner
  left join engine.activities a on a.run_id = r.run_id
  left join engine.workers aw on aw.worker_no = a.owner
 where r.run_id = $1::uuid
 order by a.activity
