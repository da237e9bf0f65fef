-- Results that a worker has, of a run that it must not go on with (it is paused): they wait in the run's inbox.
--
-- Locks: live rows that the caller's transaction holds, then new inbox rows. Index: a_run_is_live_once.
-- Arrays: $1 run, $2 encoded event
with posted as materialized (
    select x.run_id, x.event, row_number() over (partition by x.run_id order by x.place) as place,
           count(*) over (partition by x.run_id) as messages
      from unnest($1::uuid[], $2::bytea[]) with ordinality as x(run_id, event, place)
),
counted as (
    update engine.live_runs l set inbox_tail = l.inbox_tail + p.messages
      from posted p
     where l.run_id = any ($1::uuid[]) and l.run_id = p.run_id and p.place = 1
    returning l.run_id, l.chain_id, l.tenant, l.inbox_tail - p.messages as base
),
sent as (
    insert into engine.inbox (chain_id, sequence, run_id, tenant, event)
    select c.chain_id, c.base + p.place, p.run_id, c.tenant, p.event
      from counted c join posted p on p.run_id = c.run_id
    returning 1
)
select count(*), engine.now() from sent
