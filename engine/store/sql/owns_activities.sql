-- Whether a worker owns activity rows.
--
-- Locks: nothing. Index: activities_owned.
-- $1 worker
select exists (select from engine.activities where owner = $1::integer)
