-- This transaction's statements are for people: each is planned for itself, whole tables included.
--
-- Locks: nothing.
select set_config('enable_seqscan', 'on', true), set_config('plan_cache_mode', 'auto', true)
