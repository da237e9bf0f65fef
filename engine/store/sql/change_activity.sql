-- Gives an activity's row another task: its input or options. An attempt that runs keeps what it was given; its failure
-- is not final. The line of its limit is made known in the new queue.
--
-- Locks: the row (held by the caller already); a new line. Indexes: an_activity_has_one_row, a_line_forms_once.
-- $1 run, $2 activity, $3 encoded ActivityScheduled, $4 queue, $5 priority, $6 start-to-close, $7 heartbeat (microseconds
-- or null), $8 close by in microseconds or null
with changed as (
    update engine.activities
       set task = $3::bytea, queue = $4, priority = $5::smallint,
           start_to_close = $6::bigint * interval '1 microsecond', heartbeat = $7::bigint * interval '1 microsecond',
           close_by = engine.moment($8::bigint),
           after_attempt = case when owner is not null then coalesce(after_attempt, 'retry') end
     where run_id = $1::uuid and activity = $2::integer
    returning limit_key, queue, type
)
insert into engine.limit_lines (limit_key, queue, type, next_at)
select limit_key, queue, type, engine.now() from changed where limit_key is not null
    on conflict (limit_key, queue, type) do nothing
