-- Starts the children that a batch's runs have ordered: the workflow id, the live row, the facts, activation 0, and the
-- mark that ties them to their parents; and puts into each parent's inbox whether its child has been started. The
-- fenced update of the parents follows in the same transaction, and aborts all of this if one fence is lost.
--
-- A workflow id is free if nobody has it, or if the run that has it has ended (and the child may take it then). Whether
-- it has ended is only known of the run that this statement's snapshot shows under the name: a name that has changed
-- since then counts as taken. Of several children that want one id in the same batch one may get it.
--
-- Locks: workflow_ids in key order, then live_runs (the parents, which the caller's worker owns), then new inbox rows.
-- Indexes: a_run_starts_once, a_workflow_id_names_one_run_at_a_time, a_run_is_live_once.
-- Arrays: $1 parent run, $2 parent chain, $3 initiated, $4 child run, $5 workflow id, $6 type, $7 queue, $8 tenant,
-- $9 activation 0, $10 it must not take a closed run's id, $11 what happens when the parent closes,
-- $12 the parent waits for the answer, $13 event if started, $14 event if refused; $15 priority, $16 fairness key,
-- $17 fairness weight: where the priority is null, all three are the parent's
with given as materialized (
    select w.*, (select r.name_space from engine.runs r where r.run_id = w.parent_run) as name_space
      from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::bytea[], $10::boolean[], $11::text[], $12::boolean[], $13::bytea[], $14::bytea[],
                  $15::integer[], $16::text[], $17::double precision[])
        as w(parent_run, parent_chain, initiated, run_id, workflow_id, type, queue, tenant, activation, rejects,
             parent_close, answered, if_started, if_refused, priority, fairness_key, fairness_weight)
),
wanted as materialized (
    select g.*, row_number() over (partition by name_space, workflow_id
                                       order by rejects, parent_run, initiated) as turn
      from given g
),
named as (
    insert into engine.workflow_ids as i (name_space, workflow_id, run_id, request_id, tenant)
    select name_space, workflow_id, run_id, '', tenant from wanted where turn = 1
     order by name_space collate "C", workflow_id collate "C"
    on conflict (name_space, workflow_id) do update
       set run_id = excluded.run_id, request_id = excluded.request_id, tenant = excluded.tenant
     where not exists (select from wanted w where w.run_id = excluded.run_id and w.rejects)
       and i.run_id = (select s.run_id from engine.workflow_ids s
                        where s.name_space = excluded.name_space and s.workflow_id = excluded.workflow_id)
       -- A value, not an "exists", which would be answered by a hash of all live runs.
       and (select l.run_id from engine.live_runs l where l.run_id = i.run_id) is null
    returning i.name_space, i.workflow_id, i.run_id
),
remembered as (
    insert into engine.earlier_starts (name_space, workflow_id, request_id, run_id)
    select s.name_space, s.workflow_id, s.request_id, s.run_id
      from named n
      join engine.workflow_ids s on s.name_space = n.name_space and s.workflow_id = n.workflow_id
     where s.request_id <> ''
    on conflict do nothing
),
started as materialized (
    select w.* from wanted w where w.run_id = any (array(select run_id from named))
),
live as (
    insert into engine.live_runs
           (run_id, chain_id, wake_at, queue, tenant, priority, fairness_key, fairness_weight, build)
    select s.run_id, s.run_id, engine.now(), s.queue, s.tenant, coalesce(s.priority, p.priority, 3),
           case when s.priority is null then p.fairness_key else s.fairness_key end,
           coalesce(s.fairness_weight, p.fairness_weight, 1), d.ramping_build
      from started s
      left join lateral (select d.ramping_build from engine.deployments d
                          where d.queue = s.queue and engine.ramp_bucket(s.workflow_id) < d.ramp_percent limit 1) d
             on true
      left join lateral (select l.priority, l.fairness_key, l.fairness_weight from engine.live_runs l
                          where l.run_id = s.parent_run limit 1) p on true
),
facts as (
    insert into engine.runs
           (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue, request_id, parent_run)
    select run_id, run_id, engine.now(), name_space, workflow_id, type, tenant, queue, '', parent_run from started
),
recorded as (
    insert into engine.history (run_id, first_event, events, activation)
    select run_id, 1, 1, activation from started
),
tied as (
    insert into engine.children
           (child_chain, parent_chain, parent_run, initiated, name_space, workflow_id, parent_close)
    select run_id, parent_chain, parent_run, initiated, name_space, workflow_id, parent_close from started
),
answers as materialized (
    select w.parent_run, s.run_id is not null as is_started, w.answered,
           case when s.run_id is null then w.if_refused else w.if_started end as event,
           row_number() over (partition by w.parent_run order by w.initiated) as place,
           count(*) filter (where w.answered) over (partition by w.parent_run) as messages,
           bool_or(s.run_id is not null) over (partition by w.parent_run) as any_started
      from wanted w
      left join started s on s.run_id = w.run_id
),
counted as (
    update engine.live_runs l
       set inbox_tail = l.inbox_tail + a.messages, has_children = l.has_children or a.any_started
      from answers a
     where l.run_id = any ($1::uuid[]) and l.run_id = a.parent_run and a.place = 1
    returning l.run_id, l.chain_id, l.tenant, l.inbox_tail - a.messages as base
),
sent as (
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select c.chain_id, c.base + a.place, c.run_id, c.tenant, a.event
      from counted c join answers a on a.parent_run = c.run_id
     where a.answered
)
select count(*), engine.now() from started
