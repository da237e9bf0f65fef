-- I-53: What nobody will pick up is held by somebody: paused by a person, or handed out under a token.
--
-- Locks: nothing. Reads every activity row.
with held as (
    select run_id, activity, awaiting, paused_at, owner, epoch from engine.activities where available_at = 'infinity'
), bad as (
    select format('run %s: activity %s waits for ever, and nobody holds it', run_id, activity) as example
      from held where not awaiting and paused_at is null
     union all
    select format('run %s: activity %s is handed out, but no attempt of it was ever begun', run_id, activity)
      from held where awaiting and epoch = 0
)
select (select count(*) from held) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
