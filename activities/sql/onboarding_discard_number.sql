-- Serves discard_number and record_undone. Locks: the number. Index: phone_numbers_pkey. $1 organization,
-- $2 phone number.
update app.phone_numbers set status = 'released', updated_at = now()
 where organization_id = $1::uuid and id = $2::uuid
