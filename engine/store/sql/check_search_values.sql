-- I-62: A search attribute has one value of the type of its key, and belongs to a run.
--
-- Locks: nothing. Reads every search attribute.
with bad as (
    select format('run %s, key %s: %s', a.run_id, a.key,
                  case when r.run_id is null then 'there is no such run'
                       when k.key is null then 'the key has no type'
                       else 'the value is not of type ' || k.type end) as example
      from engine.search_attributes a
      left join engine.runs r on r.run_id = a.run_id
      left join engine.search_keys k on k.key = a.key
     where r.run_id is null or k.key is null
        or (k.type in ('string', 'strings')) <> (a.text_value is not null)
        or (k.type = 'integer') <> (a.integer_value is not null)
        or (k.type = 'number') <> (a.number_value is not null)
        or (k.type = 'timestamp') <> (a.time_value is not null)
        or (k.type = 'boolean') <> (a.boolean_value is not null)
        or (k.type <> 'strings' and a.place <> 0)
)
select (select count(*) from engine.search_attributes) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
