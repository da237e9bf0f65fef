-- Declares workers dead whose processes the test has seen end, so that nobody waits for their leases.
--
-- Locks: workers. Index: workers_alive.
update engine.workers set ended_at = engine.now() where ended_at is null
