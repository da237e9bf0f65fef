-- Takes activity rows that are due, of the types the worker can run: by priority; then every line's first row before
-- any line's second; then those whose turn came earliest. Of a key no more than it has slots and starts left. Rows
-- asked to stop come too, to be ended. From a queue that is paused, nothing; nor of a run that is paused.
--
-- Locks: activities, skipping locked rows; limits and lines are held since hold_limits.sql.
-- Indexes: activities_claimable and activities_in_line, one look a priority; limit_lines_ripe; activities_under_limit
-- for the slots in use; a_queue_is_decided_once. The workflow id comes by a_run_starts_once.
-- $1 worker, $2 token of this claim, $3 queue, $4 types, $5 limit
with lines as materialized (
    select l.limit_key, l.type, l.next_at,
           greatest(0, least($5::integer,
               k.concurrency - (select count(*) from engine.activities a
                                 where a.limit_key = k.limit_key and a.owner is not null),
               floor(engine.tokens_now(k.tokens, k.burst, k.per_second, k.refilled_at) + 0.000001)))::integer
               as allowed
      from engine.limit_lines l join engine.limits k on k.limit_key = l.limit_key
     where l.queue = $3 and l.next_at <= engine.now() and l.type = any ($4::text[]) and k.claim = $2::bigint
       and (select q.paused_at from engine.queues q where q.queue = $3) is null
     order by l.next_at, l.limit_key, l.type
     limit $5::integer
),
in_line as materialized (
    select a.*, l.limit_key, l.allowed, l.next_at as turn
      from lines l
     cross join lateral (
           select w.*
             from generate_series(1, 5) as p(priority)
            cross join lateral (
                  select run_id, activity, priority, available_at from engine.activities
                   where owner is null and limit_key = l.limit_key and queue = $3 and type = l.type
                     and priority = p.priority and available_at <= engine.now()
                     and run_id <> all (array(select z.run_id from engine.paused z))
                     and (schedule_to_start_by is null or schedule_to_start_by > engine.now())
                     and (close_by is null or close_by > engine.now())
                   order by available_at, run_id, activity
                   limit l.allowed
                     for update skip locked) w
            limit l.allowed) a
),
ranked as (
    select run_id, activity, limit_key, allowed, priority, turn,
           row_number() over (partition by limit_key order by priority, available_at, run_id, activity) as round
      from in_line
),
unlimited as materialized (
    select w.*
      from generate_series(1, 5) as p(priority)
     cross join lateral (
           select run_id, activity, priority, available_at from engine.activities
            where owner is null and limit_key is null and queue = $3 and priority = p.priority
              and (select q.paused_at from engine.queues q where q.queue = $3) is null
              and available_at <= engine.now() and type = any ($4::text[])
              and run_id <> all (array(select z.run_id from engine.paused z))
              and (schedule_to_start_by is null or schedule_to_start_by > engine.now())
              and (close_by is null or close_by > engine.now())
            order by available_at, run_id, activity
            limit $5::integer
              for update skip locked) w
     limit $5::integer
),
due as materialized (
    select run_id, activity
      from (select run_id, activity, priority, round, turn from ranked where round <= allowed
             union all
            select run_id, activity, priority, 1, available_at from unlimited) d
     order by priority, round, turn, run_id, activity
     limit $5::integer
),
claimed as (
    update engine.activities a
       set owner = $1::integer, epoch = a.epoch + 1, token = $2::bigint,
           attempt_deadline = engine.now() + a.start_to_close,
           heartbeat_due = engine.now() + a.heartbeat
      from due
     where a.run_id = due.run_id and a.activity = due.activity
    returning a.*
),
spent as (
    update engine.limits k
       set tokens = engine.tokens_now(k.tokens, k.burst, k.per_second, k.refilled_at) - s.starts,
           refilled_at = greatest(k.refilled_at, engine.now())
      from (select limit_key, count(*) as starts from claimed where limit_key is not null group by limit_key) s
     where k.limit_key = s.limit_key and k.per_second is not null
)
select engine.now(), c.run_id, c.activity, c.epoch, c.attempt, c.lost_attempts, c.cancel_requested, c.scheduled_at,
       c.available_at, c.schedule_to_start_by, c.close_by, c.queue, c.type, c.tenant, c.task, c.last_failure,
       c.heartbeat_details, (select r.workflow_id from engine.runs r where r.run_id = c.run_id)
  from (select 1) as one left join claimed c on true
 order by c.priority, c.available_at, c.run_id, c.activity
