-- Serves record_undone. Locks: the assistant. Index: assistants_pkey. $1 organization, $2 assistant.
update app.assistants set status = 'deleted', vapi_assistant_id = null, updated_at = now()
 where organization_id = $1::uuid and id = $2::uuid
