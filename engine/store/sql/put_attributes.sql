-- Sets search attributes of runs that this transaction has started, or holds. What the function does is told with it, in
-- the schema.
--
-- Locks: search_keys and search_attributes, by key; the live rows are held already. Index: an_attribute_has_one_value.
-- Arrays: $1 run, $2 JSON list of {key, type, value}
select engine.put_search_attributes($1::uuid[], $2::text[])
