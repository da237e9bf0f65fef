-- Serves record_number. Locks: the number. Index: phone_numbers_pkey. $1 organization, $2 phone number, $3
-- Twilio's sid.
update app.phone_numbers set twilio_sid = $3, updated_at = now()
 where organization_id = $1::uuid and id = $2::uuid
