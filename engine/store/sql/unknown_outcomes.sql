-- At-most-once activities that ended without anybody knowing whether they had their effect, newest runs first.
--
-- Locks: nothing. Reads the histories of all runs that started since $1; index: an_activation_is_recorded_once.
-- $1 started at or after (microseconds), $2 limit
select h.run_id, r.workflow_id, r.tenant, (e.event ->> 'scheduled')::integer as activity,
       e.event -> 'failure' ->> 'activity' as type,
       coalesce((e.event -> 'failure' ->> 'attempts')::integer, 0) as attempts,
       coalesce(e.event -> 'failure' ->> 'message', '') as message, (d.doc ->> 't')::bigint as at
  from engine.history h
  join engine.runs r on r.run_id = h.run_id
 cross join lateral (select convert_from(h.activation, 'UTF8')::json as doc) d
 cross join lateral json_array_elements(d.doc -> 'a') as e(event)
 where h.run_id >= engine.uuid_floor(engine.moment($1::bigint))
   and position('outcome_unknown'::bytea in h.activation) > 0
   and e.event ->> 'k' = 'ActivityFailed'
   and e.event -> 'failure' ->> 'retry_state' = 'outcome_unknown'
 order by h.run_id desc, h.first_event desc
 limit $2::integer
