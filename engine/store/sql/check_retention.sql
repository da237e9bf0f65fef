-- I-67: What was removed was removed whole, and nothing of an open chain.
--
-- No history, end, use of a payload or published value is without its run.
--
-- Locks: nothing. Reads the keys of history, closed_runs and payload_uses, and every live row.
with kept as (
    select 'end' as what, c.run_id as whose from engine.closed_runs c
     union all
    select 'history', h.run_id from engine.history h where h.first_event = 1
     union all
    select 'use of a payload', u.run_id from engine.payload_uses u
     where u.run_id < engine.uuid_floor(engine.now() - interval '1 day')
     union all
    select 'open run', l.run_id from engine.live_runs l
), bad as (
    select format('%s of run %s, which is not on record', what, whose) as example
      from kept k
     where not exists (select from engine.runs r where r.run_id = k.whose)
     union all
    select format('open run %s has no history', l.run_id)
      from engine.live_runs l
     where not exists (select from engine.history h where h.run_id = l.run_id and h.first_event = 1)
)
select (select count(*) from kept) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
