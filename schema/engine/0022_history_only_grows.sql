-- Histories are never changed, by nobody: the daemons' roles have no right to. What is removed goes with its run.
revoke update on engine.history from callflex_app, callflex_system;

-- Who wants a few kinds of events need not have every activation taken apart: `position('"TimerFired"'::bytea in
-- activation) > 0` is answered before that.
create or replace view engine.history_events with (security_invoker = true) as
select h.run_id,
       h.first_event + (e.place - 1)::integer as event_id,
       e.event ->> 'k' as kind,
       e.arrived,
       timestamptz 'epoch' + (d.doc ->> 't')::bigint * interval '1 microsecond' as time,
       d.doc ->> 'b' as build,
       e.event as fields,
       h.activation
  from engine.history h
 cross join lateral (select convert_from(h.activation, 'UTF8')::json as doc) d
 cross join lateral (
       select a.event, a.place, true as arrived
         from json_array_elements(d.doc -> 'a') with ordinality as a(event, place)
        union all
       select c.event, c.place + coalesce(json_array_length(d.doc -> 'a'), 0), false
         from json_array_elements(d.doc -> 'c') with ordinality as c(event, place)) e;
