-- An organization's calls, newest first. The range of started_at prunes partitions. Locks nothing. Index: calls_pkey.
-- $1 organization, $2 from, $3 until, $4 status or null, $5 number or null, $6 limit
select c.id::text, c.vendor_call_id, engine.microseconds(c.started_at) as started_at, c.direction, c.from_number,
       c.to_number, c.status::text, c.duration_seconds, c.billed_minutes, c.call_type, c.sentiment, c.ended_reason
from app.calls c
where c.organization_id = $1::uuid and c.started_at >= $2::timestamptz and c.started_at < $3::timestamptz
  and ($4::text is null or c.status::text = $4)
  and ($5::text is null or c.from_number = $5 or c.to_number = $5)
order by c.started_at desc, c.id desc
limit $6::integer
