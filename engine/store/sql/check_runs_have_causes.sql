-- I-3: Every run has one cause: a start from outside, its parent's order, the run before it in its chain, or a reset.
--
-- Causes whose history is kept no longer are passed over.
-- Locks: nothing. Reads the first activation of every run; parents' and predecessors' activations by
-- an_activation_is_recorded_once.
with starts as materialized (
    select r.run_id, r.chain_id, r.base_run,
           (s.started -> 'parent' ->> 'run')::uuid as parent,
           (s.started -> 'parent' ->> 'initiated')::integer as initiated,
           (s.started ->> 'continued_from')::uuid as predecessor
      from engine.runs r
      join engine.history h on h.run_id = r.run_id and h.first_event = 1
     cross join lateral (select convert_from(h.activation, 'UTF8')::json -> 'a' -> 0 as started) s
), judged as (
    select run_id, 'its chain has an earlier run, of which it does not come' as reason
      from starts
     where chain_id <> run_id and predecessor is null and base_run is null
     union all
    select s.run_id, format('run %s did not order it', s.parent)
      from starts s
      left join lateral (
           select h.first_event, h.activation
             from engine.history h
            where h.run_id = s.parent and h.first_event <= s.initiated
            order by h.first_event desc
            limit 1) o on true
     where s.parent is not null and s.run_id = s.chain_id and s.base_run is null
       and exists (select from engine.history h where h.run_id = s.parent and h.first_event = 1)
       and not exists (
           select from (select convert_from(o.activation, 'UTF8')::json as doc) d
            cross join lateral (
                 select d.doc -> 'c' -> (s.initiated - o.first_event
                                         - coalesce(json_array_length(d.doc -> 'a'), 0)) as command) c
            where s.initiated >= o.first_event + coalesce(json_array_length(d.doc -> 'a'), 0)
              and c.command ->> 'k' = 'ChildInitiated'
              and coalesce((c.command ->> 'run')::uuid, s.run_id) = s.run_id)
     union all
    select s.run_id, format('run %s did not go on as it', s.predecessor)
      from starts s
      join engine.closed_runs c on c.run_id = s.predecessor
     cross join lateral (
           select convert_from(h.activation, 'UTF8')::json as doc
             from engine.history h
            where h.run_id = s.predecessor
            order by h.first_event desc
            limit 1) l
     where s.base_run is null
       and s.run_id is distinct from (select coalesce(e.event -> 'next' ->> 'run', e.event ->> 'run')::uuid
                                        from json_array_elements(l.doc -> 'c') with ordinality as e(event, place)
                                       order by e.place desc limit 1)
), bad as (
    select format('run %s: %s', run_id, reason) as example from judged
)
select (select count(*) from starts) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
