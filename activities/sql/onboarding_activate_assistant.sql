-- Serves record_link. Locks: the assistant. Index: assistants_pkey. $1 organization, $2 assistant.
update app.assistants set status = 'active', updated_at = now()
 where organization_id = $1::uuid and id = $2::uuid
