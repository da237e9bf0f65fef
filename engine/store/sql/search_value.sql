-- A piece of a query: the value of a search attribute, to order or to group by. Of a list, the first element.
--
-- Locks: nothing. Index: an_attribute_has_one_value.
(select a.:column from engine.search_attributes a where a.run_id = s.run_id and a.key = :key and a.place = 0)
