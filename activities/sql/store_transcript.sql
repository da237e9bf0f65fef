-- Serves store_transcript. Locks: the call (key share, by the foreign key), then the transcript. A repeat changes
-- nothing. $1 organization, $2 started_at, $3 call, $4 text, $5 segments.
insert into app.call_transcripts (organization_id, started_at, call_id, text, segments)
values ($1::uuid, $2::timestamptz, $3::uuid, $4, $5::jsonb)
on conflict on constraint call_transcripts_pkey do nothing
