-- Gives an open run to one build, or to whichever is current. A worker that holds it goes on until it lets go of it; a
-- blocked run is tried again at once.
--
-- Locks: the live row. Index: a_run_is_live_once.
-- $1 run_id, $2 build or null
update engine.live_runs l
   set build = $2::text, pinned = $2::text is not null,
       wake_at = case when l.owner is null and l.failures > 0 then engine.now() else l.wake_at end
 where l.run_id = $1::uuid
returning l.queue
