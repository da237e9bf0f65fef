-- Ends activity rows: each goes, under its fence, and its result becomes a message in the inbox of its run, which is
-- woken unless it is owned (its worker looks) or blocked. A failure that was judged before an operator's order came is
-- not final: the row is tried again.
--
-- Locks: live_runs in key order, skipping locked ones (so that this never waits while it holds: the caller tries the
-- rest again); then activities; then new inbox rows. Indexes: a_run_is_live_once, an_activity_has_one_row.
-- Arrays: $1 run, $2 activity, $3 owner or null, $4 epoch, $5 token, $6 encoded event, $7 it is a failure
with ending as materialized (
    select * from unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::bytea[],
                         $7::boolean[])
        as x(run_id, activity, owner, epoch, token, event, failed)
),
held as materialized (
    select run_id, chain_id from engine.live_runs where run_id = any ($1::uuid[]) order by run_id
       for update skip locked
),
ended as (
    delete from engine.activities a
     using ending x join held h on h.run_id = x.run_id
     where a.run_id = x.run_id and a.activity = x.activity
       and a.owner is not distinct from x.owner and a.epoch = x.epoch and a.token = x.token
       and not (x.failed and a.after_attempt is not null and not a.cancel_requested)
    returning a.run_id, a.activity, x.event
),
again as (
    update engine.activities a
       set owner = null, after_attempt = null, attempt_deadline = null, heartbeat_due = null,
           attempt = case when a.after_attempt = 'restart' then 1 else a.attempt + 1 end,
           available_at = case when a.paused_at is null then engine.now() else 'infinity' end,
           schedule_to_start_by = null,
           heartbeat_details = case when a.after_attempt <> 'restart' then a.heartbeat_details end,
           last_failure = x.event
      from ending x join held h on h.run_id = x.run_id
     where a.run_id = x.run_id and a.activity = x.activity
       and a.owner is not distinct from x.owner and a.epoch = x.epoch and a.token = x.token
       and x.failed and a.after_attempt is not null and not a.cancel_requested
    returning a.run_id, a.activity
),
numbered as materialized (
    select e.*, row_number() over (partition by run_id order by activity) as place,
           count(*) over (partition by run_id) as messages
      from ended e
),
counted as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + n.messages,
           wake_at = case when l.owner is null and l.failures = 0
                          then least(coalesce(l.wake_at, 'infinity'), engine.now()) else l.wake_at end
      from numbered n
     where l.run_id = n.run_id and n.place = 1
    returning l.run_id, l.chain_id, l.tenant, l.inbox_tail - n.messages as base
),
sent as (
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select c.chain_id, c.base + n.place, n.run_id, c.tenant, n.event
      from numbered n join counted c on c.run_id = n.run_id
)
select x.run_id, x.activity, n.run_id is not null or g.run_id is not null as ended,
       h.run_id is null and exists (select from engine.live_runs l where l.run_id = x.run_id) as busy
  from ending x
  left join numbered n on n.run_id = x.run_id and n.activity = x.activity
  left join again g on g.run_id = x.run_id and g.activity = x.activity
  left join held h on h.run_id = x.run_id
