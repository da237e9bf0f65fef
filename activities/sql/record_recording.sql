-- Serves record_recording. Locks: the call (key share, by the foreign key), then the recording. A repeat writes what is
-- on disk now. $1 organization, $2 started_at, $3 call, $4 path, $5 bytes, $6 content type, $7 sha256 as hexadecimal,
-- $8 seconds, $9 where it is kept.
insert into app.call_recordings (organization_id, started_at, call_id, path, bytes, content_type, sha256,
                                 duration_seconds, storage)
values ($1::uuid, $2::timestamptz, $3::uuid, $4, $5::bigint, $6, decode($7, 'hex'), $8::bigint, $9)
on conflict on constraint call_recordings_pkey do update
set path = excluded.path,
    bytes = excluded.bytes,
    content_type = excluded.content_type,
    sha256 = excluded.sha256,
    duration_seconds = excluded.duration_seconds,
    storage = excluded.storage,
    stored_at = now()
