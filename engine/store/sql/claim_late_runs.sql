-- Takes runs that have been due for a while, oldest first, and waits for those whose rows somebody holds: under a stream
-- of messages a row is held nearly always, and the ordinary claim, which passes held rows over, may miss it for long.
-- The columns are those of claim_runs.sql. Waits no longer than lock_timeout says.
--
-- Locks: live_runs in key order. Indexes: a_queue_is_decided_once, a_queue_has_one_deployment, live_runs_claimable; for
-- activation 0 an_activation_is_recorded_once, of the partitions between $5 and $6 only.
-- $1 worker, $2 token of this batch, $3 queue, $4 limit, $5 and $6 bounds of recent run ids, $7 the worker's build,
-- $8 due for so many microseconds
with late as materialized (
    select c.run_id from engine.live_runs c
     where c.owner is null and c.queue = $3
       and (select q.paused_at from engine.queues q where q.queue = $3) is null
       and coalesce((select d.current_build from engine.deployments d where d.queue = $3), $7) = $7
       and (c.build is null or c.build = $7)
       and c.wake_at <= engine.now() - $8::bigint * interval '1 microsecond'
     order by c.wake_at, c.run_id
     limit $4::integer
),
claimed as (
    update engine.live_runs l
       set owner = $1::integer, epoch = l.epoch + 1, token = $2::bigint
     where l.run_id = any (array(
               select c.run_id from engine.live_runs c
                where c.run_id = any (array(select run_id from late))
                  and c.owner is null and c.wake_at <= engine.now() and (c.build is null or c.build = $7)
                order by c.run_id
                  for update))
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
