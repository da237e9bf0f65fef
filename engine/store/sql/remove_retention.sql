-- Removes a policy: what it decided is decided by the next one, or kept for ever.
--
-- Locks: the policy. Index: a_kind_of_run_has_one_policy.
-- $1 type or '', $2 status or ''
delete from engine.retention where type = $1 and status = $2
