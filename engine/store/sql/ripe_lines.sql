-- The lines of a queue in which a run is due: each with the weight of its first run, or the operator's. Skips from
-- line to line, so the cost is that of the number of lines, whatever waits in them. A page at a time; tells how many
-- lines it has passed, and how long it took.
--
-- Locks: nothing. Indexes: live_runs_in_line, one look a line; a_key_is_weighted_once.
-- $1 queue, $2 and $3 after this line (priority, key), $4 page
with recursive heads as (
    (select l.priority, coalesce(l.fairness_key, l.tenant) collate "C" as key, l.fairness_weight, l.wake_at, 1 as place
       from engine.live_runs l
      where l.owner is null and l.wake_at is not null and l.queue = $1
        and (l.priority, coalesce(l.fairness_key, l.tenant) collate "C") > ($2::integer, $3::text collate "C")
      order by l.priority, coalesce(l.fairness_key, l.tenant) collate "C", l.wake_at
      limit 1)
    union all
    select n.priority, n.key, n.fairness_weight, n.wake_at, h.place + 1
      from heads h
     cross join lateral (
           select l.priority, coalesce(l.fairness_key, l.tenant) collate "C" as key, l.fairness_weight, l.wake_at
             from engine.live_runs l
            where l.owner is null and l.wake_at is not null and l.queue = $1
              and (l.priority, coalesce(l.fairness_key, l.tenant) collate "C") > (h.priority, h.key collate "C")
            order by l.priority, coalesce(l.fairness_key, l.tenant) collate "C", l.wake_at
            limit 1) n
     where h.place < $4::integer
),
passed as materialized (
    select * from heads
),
summary as materialized (
    select count(*) as lines, max(place) as last_place from passed
)
select s.lines, (extract(epoch from clock_timestamp() - statement_timestamp()) * 1000000)::bigint as took,
       z.priority::integer as last_priority, z.key as last_key,
       r.priority::integer, r.key,
       coalesce((select w.weight from engine.fairness_weights w where w.queue = $1 and w.fairness_key = r.key),
                r.fairness_weight)::double precision as weight
  from summary s
  left join passed z on z.place = s.last_place
  left join passed r on r.wake_at <= engine.now()
