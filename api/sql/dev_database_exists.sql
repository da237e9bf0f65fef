-- Is the development database there?
-- Locks: none. Index: pg_database's own.
select 1
from pg_database
where datname = 'callflex'
