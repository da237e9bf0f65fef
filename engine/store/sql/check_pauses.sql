-- I-50: A run is paused exactly while somebody is on record for it, and only a paused run is given to nobody.
--
-- Locks: nothing. Reads every live row, and paused.
with runs as (
    select l.run_id, l.paused, l.owner, p.run_id is not null as on_record
      from engine.live_runs l
      full join engine.paused p on p.run_id = l.run_id
), bad as (
    select format('run %s: %s', run_id,
                  case when run_id is null then 'a pause without an open run'
                       when paused <> on_record then 'paused, and nobody is on record for it, or the other way round'
                       else 'given to nobody, and not paused' end) as example
      from runs
     where run_id is null or paused <> on_record or (owner = 0 and not paused)
)
select (select count(*) from runs) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
