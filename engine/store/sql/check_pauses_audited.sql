-- I-55: Every activity that is paused was paused by an act on record.
--
-- Locks: nothing. Reads paused rows and orders; index: audit_of_target.
with paused as (
    select run_id, activity, paused_by from engine.activities where paused_at is not null
     union all
    select run_id, activity, paused_by from engine.activity_orders where paused_at is not null
), bad as (
    select format('run %s: activity %s is paused by %s, of which there is no record', run_id, activity, paused_by)
               as example
      from paused p
     where not exists (select from engine.audit u
                        where u.target = format('%s/%s', p.run_id, p.activity) and u.verb = 'activity pause')
)
select (select count(*) from paused) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
