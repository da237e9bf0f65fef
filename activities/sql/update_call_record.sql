-- Serves update_call_record. Locks: the call. A repeat writes the same. $1 organization, $2 started_at, $3 call,
-- $4 summary or null, $5 who made it, $6 call type, $7 sentiment, $8 extracted facts.
update app.calls
set summary = $4,
    summary_source = $5,
    call_type = $6,
    sentiment = $7,
    extracted = $8::jsonb,
    processed_at = coalesce(processed_at, now()),
    updated_at = now()
where organization_id = $1::uuid
  and started_at = $2::timestamptz
  and id = $3::uuid
