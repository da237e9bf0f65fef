-- A piece of a filter: runs whose search attribute compares as wished.
--
-- Locks: nothing. Index: search_attributes_by_text, _integer, _number, _time or _boolean.
s.run_id in (select a.run_id from engine.search_attributes a
              where a.key = :key and a.:column is not null and :comparison)
