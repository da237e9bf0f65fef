-- Every search attribute that was ever used, with its type.
--
-- Locks: nothing. Index: none, a few dozen rows.
select key, type from engine.search_keys order by key
