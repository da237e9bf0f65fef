-- Pauses an open run. If nobody holds it, nobody will; else its worker gives it up as soon as its own activities have
-- ended. A second pause changes nothing.
--
-- Locks: the live row (held by the caller already), then its row in paused. Index: a_run_is_live_once.
-- $1 run_id, $2 who, $3 why
with held as (
    update engine.live_runs set paused = true, owner = coalesce(owner, 0)
     where run_id = $1::uuid and not paused
    returning run_id
)
insert into engine.paused (run_id, since, identity, reason)
select run_id, engine.now(), $2, $3 from held
returning run_id
