-- The fenced end of a batch's runs, refused (22012) if one fence is lost or a message has arrived that the run has not
-- seen: inbox_tail is read under the row's lock, so a sender is either seen here or finds the run closed. Children of a
-- closed chain are seen to by an errand.
--
-- Locks: live_runs by run id (the caller sorts), then activities. Indexes: a_run_is_live_once, an_activity_has_one_row.
-- $1 worker, arrays: $2 run, $3 epoch, $4 token, $5 activations in all, $6 inbox head, $7 events in all, $8 status
with closing as materialized (
    select unnest($2::uuid[]) as run_id, unnest($3::integer[]) as epoch, unnest($4::bigint[]) as token,
           unnest($5::integer[]) as activations, unnest($6::bigint[]) as head, unnest($7::integer[]) as events,
           unnest($8::text[]) as status
),
gone as (
    delete from engine.live_runs l
     using closing x
     where l.run_id = x.run_id
       and coalesce(l.owner, 0) = $1::integer and l.epoch = x.epoch and l.token = x.token
       and l.inbox_tail = x.head
    returning l.chain_id, l.tenant, l.has_children, l.holds_units
),
closed as (
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    select run_id, engine.now(), activations, events, status from closing
),
dropped as (
    delete from engine.activities a using closing x where a.run_id = x.run_id
),
told as (
    insert into engine.errands (kind, target, tenant, since)
    select 'closed', chain_id, tenant, engine.now() from gone where has_children
)
select 1 / (case when count(*) = cardinality($2::uuid[]) then 1 else 0 end), engine.now(),
       coalesce(bool_or(has_children or holds_units), false)
  from gone
