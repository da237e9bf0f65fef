-- The fence of a batch's runs that are kept and whose rows need not change: held for the rest of the transaction, all or
-- nothing, as in keep_runs. What they have done is in their histories; how long these are, the row says again when the
-- run changes hands (schema/engine/0024_counts_lag.sql).
--
-- A lock leaves no dead version and no index to look after: half of what an update costs.
--
-- Locks: live_runs by run id (the caller sorts). Index: a_run_is_live_once; coalesce and arrays as in keep_runs.
-- $1 worker, arrays: $2 run, $3 epoch, $4 token
with held as (
    select l.run_id
      from (select unnest($2::uuid[]) as run_id, unnest($3::integer[]) as epoch, unnest($4::bigint[]) as token) x
      join engine.live_runs l on l.run_id = x.run_id
     where coalesce(l.owner, 0) = $1::integer and l.epoch = x.epoch and l.token = x.token
       for no key update of l
)
select 1 / (case when count(*) = cardinality($2::uuid[]) then 1 else 0 end), engine.now() from held
