-- Serves prepare_assistant: the intent. The organization's assistant in onboarding is taken up again if
-- there is one. Locks: that row. Index: assistants_in_onboarding. Answers the id, its age as microseconds
-- since 1970, and whether it is new. $1 organization, $2 name, $3 template, $4 variables, $5 prompt, $6
-- first message, $7 voice, $8 functions as a JSON array.
insert into app.assistants (organization_id, id, name, template, variables, prompt, first_message, voice, functions,
                            onboarding)
values ($1::uuid, app.uuid_v7(), $2, $3, $4::jsonb, $5, $6, $7::jsonb,
        array(select jsonb_array_elements_text($8::jsonb)), true)
on conflict (organization_id) where onboarding and status = 'draft' do update
set name = excluded.name,
    template = excluded.template,
    variables = excluded.variables,
    prompt = excluded.prompt,
    first_message = excluded.first_message,
    voice = excluded.voice,
    functions = excluded.functions,
    updated_at = now()
returning id, (extract(epoch from created_at) * 1000000)::bigint as prepared_at, xmax = 0 as made
