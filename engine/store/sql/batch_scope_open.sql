-- A piece of batch_page.sql: runs that are open.
--
-- Locks: nothing. Index: a_run_is_live_once.
s.open_run is not null
