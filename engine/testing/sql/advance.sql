-- Moves the clock of a test database forward to a moment, never back, and wakes everybody who waits for work.
--
-- Locks: the clock's row. Index: none, one row.
-- $1 moment, microseconds since 1970
with moved as (
    update engine.test_clock
       set shift = shift + greatest(timestamptz 'epoch' + $1::bigint * interval '1 microsecond' - engine.now(), '0')
    returning 1
),
queues as (
    select queue from engine.live_runs union select queue from engine.activities
)
select count(pg_notify('callflex_work', w.what || ':' || q.queue))
  from moved cross join queues q cross join unnest(array['runs', 'activities', 'messages']) as w(what)
