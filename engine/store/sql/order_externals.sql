-- Leaves an errand for each message that a run sends to another workflow, in the namespace of the run.
--
-- Locks: nothing that others know. Index: a_run_starts_once.
-- Arrays: $1 sender, $2 tenant, $3 workflow id, $4 encoded message, $5 request id, $6 it asks for cancellation,
-- $7 encoded ExternalDelivered, $8 encoded ExternalFailed
insert into engine.errands (kind, target, tenant, since, event, name_space, workflow_id, request_id, cancels,
                            delivered, failed)
select 'external', x.run_id, x.tenant, engine.now(), x.event, r.name_space, x.workflow_id, x.request_id, x.cancels,
       x.delivered, x.failed
  from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::boolean[], $7::bytea[], $8::bytea[])
       with ordinality
       as x(run_id, tenant, workflow_id, event, request_id, cancels, delivered, failed, place)
  join engine.runs r on r.run_id = x.run_id
 order by x.place
