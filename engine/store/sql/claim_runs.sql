-- Takes runs that are due, oldest first. What another worker is taking is passed over, what this very batch has just
-- released is left to the next. Activation 0 comes along when it is all there is.
--
-- Locks: live_runs, skipping locked rows. Indexes: a_queue_is_decided_once; live_runs_claimable from $5 on, a lower
-- bound below which a full pass has found nothing: so dead entries of what was claimed before cost nothing, even under
-- a long snapshot; for activation 0 an_activation_is_recorded_once, of the partitions between $6 and $7 only.
-- $1 worker, $2 token of this batch, $3 queue, $4 limit, $5 wake_at lower bound, $6 and $7 bounds of recent run ids,
-- $8 the worker's build: it gets nothing while another one is the queue's current build, and no run of another one
with claimed as (
    update engine.live_runs l
       set owner = $1::integer, epoch = l.epoch + 1, token = $2::bigint
     where l.run_id = any (array(
               select c.run_id from engine.live_runs c
                where c.owner is null and c.queue = $3
                  and (select q.paused_at from engine.queues q where q.queue = $3) is null
                  and coalesce((select d.current_build from engine.deployments d where d.queue = $3), $8) = $8
                  and (c.build is null or c.build = $8)
                  and c.wake_at >= $5::timestamptz and c.wake_at <= engine.now() and c.batch <> $2
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
              and h.run_id >= $6::uuid and h.run_id < $7::uuid) end as start,
       (select q.paused_at from engine.queues q where q.queue = $3) is not null as paused,
       coalesce((select d.current_build from engine.deployments d where d.queue = $3), $8) <> $8 as elsewhere
  from (select 1) as one left join claimed c on true
 order by c.wake_at, c.run_id
