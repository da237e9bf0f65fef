-- A piece of batch_page.sql: runs that had ended when the job was made. What ends later was not among those that the
-- operator was shown.
--
-- Locks: nothing. Index: a_run_ends_once.
s.closed_at <= engine.moment($4::bigint)
