-- What operators see and may change: what a run waits for, by the words of `workflow why`; limits of activities that
-- count instead of those that the code names.

-- What a run waits for, as far as rows know. `why` looks from the outside in, and so does this: first what keeps its
-- code from running, then what the code has asked for and not got. Of several activities the oldest counts. Rows cannot
-- tell a child that is awaited from one that only runs.
create or replace view engine.run_overview with (security_invoker = true) as
select r.run_id, r.chain_id, r.name_space,
       r.workflow_id collate "C" as workflow_id,
       r.type collate "C" as type,
       coalesce(c.status, 'running') collate "C" as status,
       r.started_at, c.closed_at,
       engine.microseconds(coalesce(c.closed_at, engine.now())) - engine.microseconds(r.started_at) as duration,
       r.tenant collate "C" as tenant,
       r.queue collate "C" as queue,
       r.parent_run,
       (select p.workflow_id from engine.runs p where p.run_id = r.parent_run) collate "C" as parent,
       b.run_id is not null as blocked,
       b.kind collate "C" as blocked_kind,
       b.reason collate "C" as blocked_reason,
       coalesce(l.cancel_requested, false) as cancel_requested,
       coalesce(l.paused, false) as paused,
       l.build collate "C" as build,  -- the one that it is pinned to, while it is open
       case when l.run_id is null then null
            when l.paused then 'paused'
            when b.run_id is not null then 'blocked'
            when l.owner is not null then
                 case when l.owner in (select w.worker_no from engine.workers w
                                        where w.ended_at is null and w.lease_until > engine.now())
                      then 'running' else 'worker_gone' end
            when l.wake_at <= engine.now() then
                 case when l.queue in (select q.queue from engine.queues q where q.paused_at is not null)
                      then 'queue_paused'
                      when l.queue in (select w.queue from engine.workers w
                                        where w.ended_at is null and w.lease_until > engine.now())
                      then 'not_claimed' else 'no_worker' end
            when l.activations = 1 and l.wake_at is not null then
                 case when l.chain_id = l.run_id then 'start_delayed' else 'workflow_retrying' end
            when l.holds_units and exists (select from engine.semaphore_requests u
                                            where u.run_id = l.run_id and u.granted_at is null)
            then 'semaphore'
            else coalesce(
                 (select case when a.owner is not null then 'activity_running'
                              when a.awaiting then 'activity_awaited'
                              when a.paused_at is not null then 'activity_paused'
                              when a.available_at > engine.now() then 'activity_retrying'
                              when a.queue in (select q.queue from engine.queues q where q.paused_at is not null)
                              then 'queue_paused'
                              when a.queue in (select w.queue from engine.workers w
                                                where w.ended_at is null and w.lease_until > engine.now())
                              then 'activity_waiting' else 'no_worker' end
                    from engine.activities a
                   where a.run_id = l.run_id
                   order by a.activity
                   limit 1),
                 case when l.has_children and exists (select from engine.children k
                                                       where k.parent_chain = l.chain_id and k.parent_run = l.run_id)
                      then 'child'
                      when l.wake_at is not null then 'timer'
                      else 'message' end) end collate "C" as waiting_for,
       l.run_id as open_run,       -- null: it has ended
       c.status as closed_status,  -- null: it is open
       b.run_id as blocked_run
  from engine.runs r
  left join engine.closed_runs c on c.run_id = r.run_id
  left join engine.live_runs l on l.run_id = r.run_id
  left join engine.blocked b on b.run_id = r.run_id;

-- concurrency, per_second and burst are the figures that count: what an operator has set, else what the code has
-- declared last, figure by figure. A key that an operator has set stays, whoever uses it.
alter table engine.limits
    add column declared_concurrency integer,
    add column declared_per_second double precision,
    add column declared_burst integer,          -- null: no code has declared the key yet
    add column set_concurrency integer,
    add column set_per_second double precision,
    add column set_burst integer,
    add column set_at timestamptz,              -- null: no operator has set anything
    add column set_by text,
    add column set_reason text,
    add constraint an_operators_limit_has_an_author
        check ((set_at is null) = (set_by is null)
               and (set_at is not null or coalesce(set_concurrency, set_per_second, set_burst) is null));
update engine.limits
   set declared_concurrency = concurrency, declared_per_second = per_second, declared_burst = burst;
