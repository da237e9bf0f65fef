-- A piece of a filter: runs that have the search attribute at all.
--
-- Locks: nothing. Index: an_attribute_has_one_value.
exists (select from engine.search_attributes a where a.run_id = s.run_id and a.key = :key)
