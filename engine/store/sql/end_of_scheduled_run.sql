-- The last activation of a run that a schedule has started, if that is of this namespace, type and tenant: nobody else
-- is told what it gave. The facts go with the run's retention.
--
-- Locks: nothing. Indexes: a_run_starts_once, an_activation_is_recorded_once, backwards.
-- $1 run, $2 name_space, $3 type, $4 tenant
select h.first_event, h.activation
  from engine.runs r
  join engine.history h on h.run_id = r.run_id
 where r.run_id = $1::uuid and r.name_space = $2 and r.type = $3 and r.tenant = $4
 order by h.first_event desc
 limit 1
