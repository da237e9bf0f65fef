-- One call, by our id or the vendor's, with the key that leads to everything else. Locks nothing.
-- Indexes: call_refs_pkey or call_refs_by_call, then calls_pkey of one partition. $1 organization, $2 id
select c.id::text, c.vendor_call_id, engine.microseconds(c.started_at) as started_at,
       engine.microseconds(c.ended_at) as ended_at, c.direction, c.from_number, c.to_number, c.status::text,
       c.duration_seconds, c.billed_minutes, c.cost_microdollars, c.ended_reason, c.summary, c.summary_source, c.call_type,
       c.sentiment, c.extracted::text, t.text as transcript, r.path as recording, r.bytes as recording_bytes
from app.call_refs f
join app.calls c on c.organization_id = f.organization_id and c.started_at = f.started_at and c.id = f.call_id
left join app.call_transcripts t
       on t.organization_id = c.organization_id and t.started_at = c.started_at and t.call_id = c.id
left join app.call_recordings r
       on r.organization_id = c.organization_id and r.started_at = c.started_at and r.call_id = c.id
where f.organization_id = $1::uuid
  and (f.vendor_call_id = $2::text
       or f.call_id = case when $2::text ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
                           then ($2::text)::uuid end)
limit 1
