-- Serves `webhook endpoint add`. Locks: the organization (key share, by the foreign key). $1 organization, $2 id,
-- $3 URL, $4 description, $5 event types ("call.completed,call.started"; "" for all), $6 tries at once, $7 http allowed,
-- $8 sealed headers as hexadecimal or null, $9 the key that sealed them or null.
insert into app.webhook_endpoints (organization_id, id, url, description, event_types, max_in_flight, allow_http,
                                   headers_ciphertext, headers_key_id)
values ($1::uuid, $2::uuid, $3, $4, coalesce(string_to_array(nullif($5, ''), ','), '{}'), $6::integer, $7::boolean,
        decode($8, 'hex'), $9)
