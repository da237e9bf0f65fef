-- Every routed queue.
--
-- Locks: nothing. Reads the small table.
select queue, current_build, ramping_build, ramp_percent, engine.microseconds(changed_at) as changed_at
  from engine.deployments order by queue
