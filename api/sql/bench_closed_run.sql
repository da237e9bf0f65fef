-- A run of that workflow id that has ended. Locks: none. $1 workflow id.
select run_id
  from engine.workflow_ids
 where name_space = 'default' and workflow_id = $1
