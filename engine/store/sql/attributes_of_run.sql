-- The search attributes of a run, an element of a list a row.
--
-- Locks: nothing. Index: an_attribute_has_one_value.
-- $1 run
select a.key, k.type, a.text_value, a.integer_value, a.number_value, engine.microseconds(a.time_value) as time_value,
       a.boolean_value
  from engine.search_attributes a
  join engine.search_keys k on k.key = a.key
 where a.run_id = $1::uuid
 order by a.key, a.place
