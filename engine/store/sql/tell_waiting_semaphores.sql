-- Tells news of every semaphore at which a request waits. Releases, ends of runs and new requests tell themselves; this
-- finds what a grant has passed over because somebody held it at that moment, and let go of it again.
--
-- Locks: new news. Indexes: a_resource_has_one_semaphore, semaphore_requests_waiting.
insert into engine.semaphore_news (resource)
select s.resource from engine.semaphores s
 where exists (select from engine.semaphore_requests r where r.resource = s.resource and r.granted_at is null)
returning 1
