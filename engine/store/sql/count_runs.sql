-- How many runs, by status; and how many of them are blocked.
--
-- Locks: nothing. Reads every run of the period: for people, not for programs in a loop.
-- $1 name_space, $2 tenant, $3 type, $4 workflow id prefix, $5 status, $6 blocked, $7 open runs only,
-- $8 older than this run, $9 started at or after, $10 started before (microseconds)
select coalesce(c.status, 'running') as status, count(*) as runs, count(b.run_id) as blocked
  from engine.runs r
  left join engine.closed_runs c on c.run_id = r.run_id
  left join engine.blocked b on b.run_id = r.run_id
 where r.name_space = $1
   and ($2::text is null or r.tenant = $2)
   and ($3::text is null or r.type = $3)
   and ($4::text is null or starts_with(r.workflow_id, $4))
   and ($5::text is null or coalesce(c.status, 'running') = $5)
   and ($6::boolean is null or (b.run_id is not null) = $6)
   and (not $7::boolean or r.run_id in (select run_id from engine.live_runs))
   and ($8::uuid is null or r.run_id < $8)
   and ($9::bigint is null or r.started_at >= engine.moment($9))
   and ($10::bigint is null or r.started_at < engine.moment($10))
 group by 1
 order by 1
