-- Drops orders for activities of runs that have ended: they had no row to be applied to.
--
-- Locks: activity_orders, skipping locked rows. Index: an_activity_has_one_order, all of it (a handful); a_run_is_live_once.
-- $1 limit
delete from engine.activity_orders o
 where (o.run_id, o.activity) = any (array(
           select (x.run_id, x.activity) from engine.activity_orders x
            where not exists (select from engine.live_runs l where l.run_id = x.run_id)
            limit $1::integer for update skip locked))
