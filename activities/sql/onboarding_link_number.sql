-- Serves record_link. Locks: the number. Index: phone_numbers_pkey. $1 organization, $2 phone number, $3
-- VAPI's id of it, $4 assistant.
update app.phone_numbers
   set vapi_phone_number_id = $3, assistant_id = $4::uuid, status = 'active', updated_at = now()
 where organization_id = $1::uuid and id = $2::uuid
