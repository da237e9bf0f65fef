-- Serves record_assistant. Locks: the assistant. Index: assistants_pkey. $1 organization, $2 assistant, $3
-- VAPI's id.
update app.assistants
   set vapi_assistant_id = $3, sync_state = 'synced', sync_error = null, synced_at = now(), updated_at = now()
 where organization_id = $1::uuid and id = $2::uuid
