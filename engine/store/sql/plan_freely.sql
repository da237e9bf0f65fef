-- This transaction's statements are for people: each is planned for itself, whole tables included, and given up after a
-- while.
--
-- Locks: nothing.
-- $1 milliseconds that a statement may take
select set_config('enable_seqscan', 'on', true), set_config('plan_cache_mode', 'auto', true),
       set_config('statement_timeout', $1, true)
