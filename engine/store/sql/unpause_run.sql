-- Lets a paused run go on: due at once, so that whoever claims it looks at what has come.
--
-- Locks: the live row (held by the caller already), then its row in paused. Indexes: a_run_is_live_once,
-- a_run_is_paused_once.
-- $1 run_id
with gone as (
    delete from engine.paused where run_id = $1::uuid
)
update engine.live_runs
   set paused = false,
       wake_at = case when owner = 0 then engine.now() else wake_at end,
       owner = nullif(owner, 0)
 where run_id = $1::uuid and paused
returning run_id
