-- Takes runs that are due from lines: from each as many as it is its turn to give, oldest first, until there are
-- enough.
-- A line may be named twice: the second time it gives what is left when the others have given less than they might.
--
-- Locks: live_runs, skipping locked rows; no more than are taken, for lines are looked at one after the other. Index:
-- live_runs_in_line, one look a line, from its lower bound on (see claim_runs.sql). Index for activation 0:
-- an_activation_is_recorded_once, of the partitions between $5 and $6 only.
-- $1 worker, $2 token of this batch, $3 queue, $4 limit, $5 and $6 bounds of recent run ids,
-- arrays in the order in which lines are asked: $7 priority, $8 key, $9 lower bound, $10 passed over, $11 taken;
-- $12 the worker's build, as in claim_runs.sql
with picked as materialized (
    select w.run_id
      from unnest($7::integer[], $8::text[], $9::timestamptz[], $10::integer[], $11::integer[])
           as x(priority, key, bound, passed_over, taken)
     cross join lateral (
           select c.run_id from engine.live_runs c
            where c.owner is null and c.wake_at is not null and c.queue = $3
              and c.priority = x.priority::smallint
              and coalesce(c.fairness_key, c.tenant) collate "C" = x.key collate "C"
              and c.wake_at >= x.bound and c.wake_at <= engine.now() and c.batch <> $2
              and (select q.paused_at from engine.queues q where q.queue = $3) is null
              and coalesce((select d.current_build from engine.deployments d where d.queue = $3), $12) = $12
              and (c.build is null or c.build = $12)
            order by c.wake_at
            limit x.taken offset x.passed_over
              for update skip locked) w
     limit $4::integer
),
claimed as (
    update engine.live_runs l
       set owner = $1::integer, epoch = l.epoch + 1, token = $2::bigint
     where l.run_id = any (array(select run_id from picked))
    returning l.run_id, l.chain_id, l.tenant, l.epoch, l.activations, l.next_event, l.inbox_head, l.inbox_tail,
              l.adopt, l.failures, l.wake_at, l.priority, coalesce(l.fairness_key, l.tenant) as key
)
select engine.now(), c.run_id, c.chain_id, c.tenant, c.epoch, c.activations, c.next_event, c.inbox_head, c.inbox_tail,
       c.adopt, c.failures, c.wake_at,
       case when c.activations = 1 then (
           select h.activation from engine.history h
            where h.run_id = c.run_id and h.first_event = 1
              and h.run_id >= $5::uuid and h.run_id < $6::uuid) end as start,
       (select q.paused_at from engine.queues q where q.queue = $3) is not null as paused,
       c.priority::integer, c.key,
       coalesce((select d.current_build from engine.deployments d where d.queue = $3), $12) <> $12 as elsewhere
  from (select 1) as one left join claimed c on true
 order by c.wake_at, c.run_id
