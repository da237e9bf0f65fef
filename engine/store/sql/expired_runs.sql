-- Closed runs whose time is over by their type's and outcome's policy, in the order of their ids, a page at a time. A run
-- of a chain that goes on is never among them, however old it is; nor one that somebody still watches.
--
-- A run that closed long ago has started before that, so its id tells where to stop: without a policy, at once. The limit
-- in the look at the run's facts has them looked up one by one, behind the ids, whatever a join would seem to cost.
-- Locks: nothing. Indexes: a_run_ends_once, a_run_starts_once; reads the chains of open runs.
-- $1 after this run or null, $2 how many at most, $3 whether there is a place to export to
with latest as (
    select engine.uuid_floor(engine.now() - min(keep)) as id from engine.retention
)
select c.run_id, p.export
  from engine.closed_runs c
 cross join lateral (
    select type, chain_id from engine.runs where run_id = c.run_id limit 1) r
 cross join lateral (
    select keep, export from engine.retention
     where type in (r.type, '') and status in (c.status, '')
     order by type = '', status = '' limit 1) p
 where c.run_id < (select id from latest)
   and ($1::uuid is null or c.run_id > $1::uuid)
   and c.closed_at < engine.now() - p.keep
   and (not p.export or $3::boolean)
   and r.chain_id not in (select chain_id from engine.live_runs)
   and not exists (select from engine.schedule_runs s where s.run_id = r.chain_id)
   and not exists (select from engine.errands e where e.kind = 'closed' and e.target = r.chain_id)
 order by c.run_id limit $2::integer
