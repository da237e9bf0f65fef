-- I-63: The search attributes of a run are what its history has set last.
--
-- Locks: nothing. Reads every history row once.
with orders as (
    select e.run_id, e.event_id, a.place, a.key, a.value
      from engine.history_events e
     cross join lateral (
           select x.place, x.attribute ->> 'key' as key, (x.attribute -> 'value')::jsonb as value
             from json_array_elements(case when e.kind = 'WorkflowStarted' then e.fields -> 'attributes'
                                           when e.kind = 'SearchAttributeSet' then json_build_array(e.fields) end)
                  with ordinality as x(attribute, place)) a
     where e.kind in ('WorkflowStarted', 'SearchAttributeSet')
       and (position('"attributes"'::bytea in e.activation) > 0
            or position('"SearchAttributeSet"'::bytea in e.activation) > 0)
), said as (
    select distinct on (run_id, key) run_id, key, value from orders order by run_id, key, event_id desc, place desc
), rows_say as (
    select a.run_id, a.key,
           case when k.type = 'strings' then jsonb_agg(a.text_value order by a.place)
                when k.type = 'string' then to_jsonb(min(a.text_value))
                when k.type = 'integer' then to_jsonb(min(a.integer_value))
                when k.type = 'number' then to_jsonb(min(a.number_value))
                when k.type = 'timestamp' then to_jsonb(engine.microseconds(min(a.time_value)))
                else to_jsonb(bool_and(a.boolean_value)) end as value
      from engine.search_attributes a
      join engine.search_keys k on k.key = a.key
     group by a.run_id, a.key, k.type
), bad as (
    select format('run %s, key %s', coalesce(s.run_id, r.run_id), coalesce(s.key, r.key)) as example
      from (select * from said where value <> 'null' and value <> '[]') s
      full join rows_say r on r.run_id = s.run_id and r.key = s.key
     where s.value is distinct from r.value
)
select (select count(*) from said) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
