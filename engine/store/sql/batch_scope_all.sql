-- A piece of batch_page.sql: runs, open or not.
--
-- Locks: nothing.
true
