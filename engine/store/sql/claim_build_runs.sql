-- Takes runs that belong to the worker's build and are due, oldest first: for workers of a build that is not the queue's
-- current one. The columns are those of claim_runs.sql.
--
-- Locks: live_runs, skipping locked rows. Indexes: a_queue_is_decided_once, a_queue_has_one_deployment,
-- live_runs_of_build; for activation 0 an_activation_is_recorded_once, of the partitions between $5 and $6 only.
-- $1 worker, $2 token of this batch, $3 queue, $4 limit, $5 and $6 bounds of recent run ids, $7 the worker's build,
-- $8 wake_at lower bound: a range on both sides is what makes the planner take the index in order
with claimed as (
    update engine.live_runs l
       set owner = $1::integer, epoch = l.epoch + 1, token = $2::bigint
     where l.run_id = any (array(
               select c.run_id from engine.live_runs c
                where c.owner is null and c.queue = $3 and c.build = $7
                  and (select q.paused_at from engine.queues q where q.queue = $3) is null
                  and c.wake_at >= $8::timestamptz and c.wake_at <= engine.now() and c.batch <> $2
                order by c.wake_at, c.run_id
                limit $4::integer
                  for update skip locked))
    returning l.run_id, l.chain_id, l.tenant, l.epoch, l.activations, l.next_event, l.inbox_head, l.inbox_tail,
              l.adopt, l.failures, l.wake_at
)
select engine.now(), c.*,
       case when c.activations = 1 then (
           select h.activation from engine.history h
            where h.run_id = c.run_id and h.first_event = 1
              and h.run_id >= $5::uuid and h.run_id < $6::uuid) end as start,
       (select q.paused_at from engine.queues q where q.queue = $3) is not null as paused,
       coalesce((select d.current_build from engine.deployments d where d.queue = $3), $7) <> $7 as elsewhere
  from (select 1) as one left join claimed c on true
 order by c.wake_at, c.run_id
