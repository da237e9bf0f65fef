-- How many runs have been looked at, belong to nobody and wait for their moment. Locks: none.
select count(*)
  from engine.live_runs
 where owner is null and activations > 1
